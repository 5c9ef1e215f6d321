// Verbs that concern the program itself, and the list of all. Texts end up in help, man pages,
// docs/cli/ and completion: after a change, `glowplug __docs .` in the source folder writes those
// again.
#include "cli/declaration/declaration.h"
#include "cli/declaration/flags.h"
#include "cli/declaration/verb_declarations.h"
#include "cli/terminal/exit_code.h"

namespace glowplug::cli {
namespace {

Verb doctor() {
  return {.name = "doctor",
          .summary = "what this machine offers and lacks, and what to do about it",
          .description =
              "Looks at engines, CPU, kernel features, limits, the store and the disk. Each line "
              "says what a finding means for speed or safety and what to do about it. Changes "
              "nothing. Exit code 2 if something that glowplug needs is missing.",
          .flags = engine_flags(),
          .examples = {{"glowplug doctor", "check this machine"},
                       {"glowplug doctor --json", "the same for a bug report or a program"}},
          .exit_codes = {kCheckSaidNo}};
}

Verb config() {
  return {.name = "config",
          .summary = "show each setting with where its value comes from",
          .description =
              "A flag beats an environment variable, which beats glowplug.yaml, which beats the "
              "default; a function's own record in the store beats all of them. `explain` says "
              "what one "
              "setting means, `paths` lists the files and folders with their sizes, `schema` "
              "prints the "
              "JSON Schema of glowplug.yaml.",
          .arguments = {{.name = "ACTION",
                         .kind = ValueKind::choice,
                         .help = "show (the default), explain, paths or schema",
                         .choices = {"show", "explain", "paths", "schema"},
                         .required = false},
                        {.name = "KEY",
                         .kind = ValueKind::setting,
                         .help = "for explain",
                         .required = false}},
          .flags = {{.name = "wide", .letter = 'w', .help = "cut nothing to the terminal's width"}},
          .examples = {{"glowplug config", "all settings"},
                       {"glowplug config explain function.memory", "one setting"},
                       {"glowplug config schema > glowplug.schema.json", "for an editor"}}};
}

Verb completion() {
  return {.name = "completion",
          .summary = "print the completion script of a shell",
          .description =
              "The script asks glowplug itself, so functions and versions complete as "
              "they are at that moment.",
          .arguments = {{.name = "SHELL",
                         .kind = ValueKind::choice,
                         .help = "bash, zsh or fish",
                         .choices = {"bash", "zsh", "fish"}}},
          .examples = {{"source <(glowplug completion bash)", "this bash session"},
                       {"glowplug completion fish > ~/.config/fish/completions/glowplug.fish",
                        "every fish session"}}};
}

Verb help() {
  return {.name = "help",
          .summary = "show the help of a verb",
          .description = "The same as `glowplug VERB --help`.",
          .arguments =
              {{.name = "VERB", .kind = ValueKind::verb, .help = "the verb", .required = false}},
          .examples = {{"glowplug help serve", "flags and examples of serve"}}};
}

Verb version() {
  return {.name = "version",
          .summary = "print the version",
          .description = "Of this program; `doctor` says those of the engines.",
          .examples = {{"glowplug version", "this program's version"}}};
}

/// Asked by the completion scripts: the words so far, the last one unfinished.
Verb complete_for_shell() {
  return {.name = "__complete",
          .summary = "candidates for the last of the words",
          .arguments = {{.name = "WORD",
                         .help = "words after `glowplug`",
                         .required = false,
                         .repeated = true}},
          .hidden = true};
}

Verb write_docs() {
  return {.name = "__docs",
          .summary = "write docs/cli, docs/man, docs/completion and the pages of glowplug.yaml",
          .arguments = {{.name = "FOLDER", .kind = ValueKind::folder, .help = "the source folder"}},
          .hidden = true};
}

std::vector<ExitCodeRow> exit_code_rows() {
  return {{kDone, "done, nothing to do, or a verdict of CLEAN"},
          {kFailed, "could not: the error says why"},
          {kCheckSaidNo, "a check said no; --json says which"},
          {kCouldNotJudge, "could not judge: not enough to compare with"},
          {kUsage, "wrong flags, arguments or settings; nothing was done"},
          {kInterrupted, "interrupted by Ctrl-C"},
          {kPipeClosed, "the reader of stdout left"}};
}

}  // namespace

Program declare_glowplug() {
  return {
      .summary = "glowplug turns a trained model into a function that sleeps at zero processes",
      .groups = {{"start", {up(), doctor()}},
                 {"model", {export_verb()}},
                 {"ship", {inspect()}},
                 {"run", {serve(), invoke(), functions(), add(), alias(), remove(), clean()}},
                 {"watch", {coldstart()}},
                 {"other",
                  {config(), completion(), help(), version(), complete_for_shell(), write_docs()}}},
      .global_flags = global_flags(),
      .exit_codes = exit_code_rows()};
}

}  // namespace glowplug::cli
