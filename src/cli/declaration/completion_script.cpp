#include "cli/declaration/completion_script.h"

#include "base/check.h"

namespace glowplug::cli {
namespace {

// bash splits words at "=", ":" and "@" too; the program wants them whole, and what it answers is
// cut to the part that bash replaces.
constexpr std::string_view kBash = R"(# bash completion of glowplug; the program answers for itself.
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
)";

constexpr std::string_view kZsh = R"(#compdef glowplug
# zsh completion of glowplug; the program answers for itself.
_glowplug() {
  local value help
  local -a found
  while IFS=$'\t' read -r value help; do
    case $value in
      :files) _files ;;
      :folders) _files -/ ;;
      *) found+=("${value//:/\\:}:$help") ;;
    esac
  done < <("${words[1]}" __complete "${(@)words[2,$CURRENT]}" 2>/dev/null)
  (( $#found )) && _describe -t values glowplug found
  return 0
}
if [[ $funcstack[1] == _glowplug ]]; then
  _glowplug "$@"
else
  compdef _glowplug glowplug
fi
)";

constexpr std::string_view kFish = R"(# fish completion of glowplug; the program answers for itself.
function __glowplug_complete
    set -l words (commandline -opc)
    set -l last (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] "$last" 2>/dev/null)
        switch $line
            case ':files*'
                __fish_complete_path "$last"
            case ':folders*'
                __fish_complete_directories "$last"
            case '*'
                printf '%s\n' $line
        end
    end
end
complete -c glowplug -f -k -a '(__glowplug_complete)'
)";

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return std::string(kBash);
  if (shell == "zsh") return std::string(kZsh);
  GLOWPLUG_CHECK(shell == "fish");
  return std::string(kFish);
}

}  // namespace glowplug::cli
