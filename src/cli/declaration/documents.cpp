#include "cli/declaration/documents.h"

#include "cli/declaration/completion_script.h"
#include "cli/declaration/man_page.h"
#include "cli/declaration/markdown.h"

namespace glowplug::cli {

std::map<std::string, std::string> documents(const Program& program) {
  std::map<std::string, std::string> files;
  files["docs/cli/README.md"] = index_page(program);
  files["docs/man/glowplug.1"] = root_man_page(program);
  for (const Verb* verb : program.visible_verbs()) {
    files["docs/cli/" + verb->name + ".md"] = verb_page(program, *verb);
    files["docs/man/glowplug-" + verb->name + ".1"] = verb_man_page(program, *verb);
  }
  files["docs/completion/glowplug.bash"] = completion_script("bash");
  files["docs/completion/_glowplug"] = completion_script("zsh");
  files["docs/completion/glowplug.fish"] = completion_script("fish");
  return files;
}

}  // namespace glowplug::cli
