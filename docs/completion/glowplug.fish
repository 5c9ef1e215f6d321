# fish completion of glowplug; the program answers for itself.
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
