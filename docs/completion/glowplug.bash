# bash completion of glowplug; the program answers for itself.
_glowplug() {
  local line=${COMP_LINE:0:COMP_POINT} value help part cut
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  part=${COMP_WORDS[COMP_CWORD]}
  [[ $part == [=:@] ]] && part=""
  cut=${words[-1]%"$part"}
  COMPREPLY=()
  while IFS=$'\t' read -r value help; do
    case $value in
      :files) compopt -o filenames 2>/dev/null
        while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$part") ;;
      :folders) compopt -o filenames 2>/dev/null
        while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -d -- "$part") ;;
      *) COMPREPLY+=("${value#"$cut"}") ;;
    esac
  done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _glowplug glowplug
