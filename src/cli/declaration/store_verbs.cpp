// Verbs that look after the store. Texts end up in help, man pages, docs/cli/ and completion: after
// a change, `glowplug __docs .` in the source folder writes those again.
#include <iterator>

#include "cli/declaration/flags.h"
#include "cli/declaration/verb_declarations.h"

namespace glowplug::cli {

std::vector<Flag> joined(std::vector<std::vector<Flag>> lists) {
  std::vector<Flag> all;
  for (std::vector<Flag>& list : lists)
    all.insert(all.end(), std::make_move_iterator(list.begin()),
               std::make_move_iterator(list.end()));
  return all;
}

Flag name_flag(std::string help) {
  return {.name = "name",
          .letter = 'n',
          .kind = ValueKind::text,
          .placeholder = "NAME",
          .help = std::move(help)};
}

Verb functions() {
  return {.name = "functions",
          .summary = "list the functions of the store",
          .description = "Lists the functions, or the versions, aliases and settings of one.",
          .arguments = {{.name = "FUNCTION",
                         .kind = ValueKind::function,
                         .help = "show the versions of this one",
                         .required = false}},
          .flags = {{.name = "wide", .letter = 'w', .help = "cut nothing to the terminal's width"}},
          .examples = {{"glowplug functions", "all of them"},
                       {"glowplug functions iris", "versions, aliases and settings of one"}}};
}

Verb add() {
  return {
      .name = "add",
      .summary = "add a bundle to the store as a new version of a function",
      .description =
          "Checks every hash, copies the bundle into the store, makes the form that is optimized "
          "for this CPU (one made elsewhere is dropped), and points the alias live at the new "
          "version. Settings given here, or in the glowplug.yaml of the current folder if it names "
          "the same function, become the function's record. A bundle that is there already is not "
          "added again.",
      .arguments = {{.name = "BUNDLE", .kind = ValueKind::bundle, .help = "the bundle's folder"}},
      .flags = joined({{name_flag("name of the function (default: the bundle's)")},
                       function_setting_flags(false),
                       engine_flags()}),
      .examples = {{"glowplug add iris.glow", "a new version of the function iris"},
                   {"glowplug add iris.glow --name flowers --memory 256MiB",
                    "under another name, with a setting of its own"}}};
}

Verb alias() {
  return {.name = "alias",
          .summary = "point an alias at a version",
          .description =
              "Moves, makes or removes an alias. `live` is the one that is served; moving "
              "it back is the way to roll back. A running server follows on SIGHUP.",
          .arguments = {{.name = "FUNCTION", .kind = ValueKind::function, .help = "the function"},
                        {.name = "NAME", .kind = ValueKind::text, .help = "the alias, e.g. live"},
                        {.name = "VERSION",
                         .kind = ValueKind::version,
                         .help = "the version's number",
                         .required = false}},
          .flags = {{.name = "remove", .help = "remove the alias NAME"}},
          .examples = {{"glowplug alias iris live 1", "serve version 1 again"},
                       {"glowplug alias iris canary 3", "give version 3 a name"},
                       {"glowplug alias iris canary --remove", "take the name away"}}};
}

Verb remove() {
  return {.name = "remove",
          .summary = "remove a function, or one of its versions",
          .description = "The bundle's files stay until `glowplug clean --yes` frees them.",
          .arguments = {{.name = "FUNCTION", .kind = ValueKind::function, .help = "the function"}},
          .flags = {{.name = "version",
                     .kind = ValueKind::version,
                     .placeholder = "VERSION",
                     .help = "only this version"}},
          .examples = {{"glowplug remove iris", "the function and all its versions"},
                       {"glowplug remove iris --version 1", "one version"}}};
}

Verb clean() {
  return {.name = "clean",
          .summary = "free what the store no longer needs (shows it first)",
          .description =
              "Bundles without a version, and what dead processes left. Without --yes "
              "nothing is deleted. A bundle that is being served is never deleted.",
          .flags = {{.name = "yes", .letter = 'y', .help = "delete"}},
          .examples = {{"glowplug clean", "show what would be freed"},
                       {"glowplug clean --yes", "free it"}}};
}

}  // namespace glowplug::cli
