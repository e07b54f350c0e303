# Completion of skydeck in bash. In ~/.bashrc: source <(skydeck completions bash)
# What fits is asked of skydeck itself, which answers without sending a request.
_skydeck() {
    local offer
    COMPREPLY=()
    while IFS=$'\t' read -r offer _; do
        if [[ $offer == :files ]]; then
            compopt -o default
            return
        fi
        # A word that is gone on with gets no blank.
        case $offer in *[=:,]) compopt -o nospace ;; esac
        COMPREPLY+=("$offer")
    done < <("${1/#\~/$HOME}" complete --breaks="$COMP_WORDBREAKS" --line="${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    # A blank or a quote in a word of its own is the shell's; in an open quote it is not.
    if [[ ${COMP_WORDS[COMP_CWORD]} != [\"\']* ]]; then
        local i
        for i in "${!COMPREPLY[@]}"; do
            [[ ${COMPREPLY[i]} == *[\ \'\"\<\>\!\(\)\&\|\;\*\$]* ]] && printf -v "COMPREPLY[i]" %q "${COMPREPLY[i]}"
        done
    fi
    return 0
}
complete -F _skydeck skydeck
