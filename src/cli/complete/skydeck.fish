# Completion of skydeck in fish. Put into ~/.config/fish/completions/skydeck.fish:
#   skydeck completions fish > ~/.config/fish/completions/skydeck.fish
# What fits is asked of skydeck itself, which answers without sending a request.
function __skydeck_offers
    set -l before (commandline -opc)
    set -l current (commandline -ct | string unescape 2>/dev/null; or commandline -ct)
    set -l offers ($before[1] complete -- $before[2..] "$current" 2>/dev/null)
    if test "$offers[1]" = ':files'
        set -l start (string match -r -- '^--[a-z-]+=' "$current")
        for path in (__fish_complete_path (string replace -r -- '^--[a-z-]+=' '' "$current"))
            echo "$start$path"
        end
    else
        string join \n -- $offers
    end
end
complete -c skydeck -f -k -a '(__skydeck_offers)'
