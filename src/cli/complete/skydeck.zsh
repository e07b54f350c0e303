#compdef skydeck
# Completion of skydeck in zsh. In ~/.zshrc, after compinit: source <(skydeck completions zsh)
# or put into a folder of $fpath as _skydeck.
# What fits is asked of skydeck itself, which answers without sending a request.
_skydeck() {
    local answer line offer
    local -a lines parts wholes
    lines=("${(@f)$("${(Q)words[1]/#\~/$HOME}" complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    if [[ $lines[1] == :files ]]; then
        compset -P '--[a-z-]##='
        _files
        return
    fi
    for line in $lines; do
        offer=${line%%$'\t'*}
        answer="${offer//:/\\:}:${line#*$'\t'}"
        # A word that is gone on with gets no blank.
        if [[ $offer == *[=:,] ]]; then parts+=("$answer"); else wholes+=("$answer"); fi
    done
    _describe -V skydeck wholes -- parts -S ''
}
if [[ $funcstack[1] == _skydeck ]]; then
    _skydeck "$@"
else
    compdef _skydeck skydeck
fi
