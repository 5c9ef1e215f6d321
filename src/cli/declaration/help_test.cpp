#include "cli/declaration/help.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace glowplug::cli {
namespace {

std::size_t widest_line(std::string_view text) {
  std::size_t widest = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    widest = std::max(widest, columns_of(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return widest;
}

TEST(RootHelp, ListsTheVerbsByStep) {
  EXPECT_EQ(root_help(declare_glowplug(), false),
            R"(glowplug turns a trained model into a function that sleeps at zero processes.

Usage: glowplug VERB [FLAGS] [ARGUMENTS]

start
  up          from a model file to an answering endpoint
  doctor      what this machine offers and lacks, and what to do about it

model
  export      make a verified bundle of a model

ship
  inspect     show a bundle: signature, files, records, prepared forms

run
  serve       serve functions over HTTP; they sleep at zero processes
  invoke      run one event through a function, without a server
  functions   list the functions of the store
  add         add a bundle to the store as a new version of a function
  alias       point an alias at a version
  remove      remove a function, or one of its versions
  clean       free what the store no longer needs (shows it first)

watch
  coldstart   measure a function's cold start by phase

other
  config      show each setting with where its value comes from
  completion  print the completion script of a shell
  help        show the help of a verb
  version     print the version

Every verb takes --json, --quiet and --help.
First steps: glowplug up model.onnx     More: docs/cli/README.md, man glowplug
)");
}

TEST(RootHelp, FitsATerminalOf80By40) {
  const std::string text = root_help(declare_glowplug(), false);
  EXPECT_LE(widest_line(text), 80U);
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 40);
}

TEST(VerbHelp, ShowsUsageExamplesAndCommonFlags) {
  const Program program = declare_glowplug();
  EXPECT_EQ(verb_help(program, *program.verb_named("export"), false, false),
            R"(Make a verified bundle of a model.

Reads the model's signature, runs it on generated samples in a sandboxed child
process, writes the form that is optimized for this CPU, and checks that both
forms give the same answers. The bundle is complete or not there. The store is
not touched. Exit code 3 if no sample could be run: the bundle is written, but
nothing vouches for its answers.

Usage: glowplug export [FLAGS] MODEL.onnx

Arguments
  MODEL.onnx                an ONNX model, with files of external weights beside
                            it; or code that answers events: handler.py,
                            handler.so

Examples
  glowplug export model.onnx --name iris
      write ./iris.glow
  glowplug export model.onnx -n iris -o /srv/iris.glow --json
      write it elsewhere and say what was found as JSON

Flags
  -n, --name NAME           name of the bundle (default: the file's name)
  -o, --output FOLDER       the bundle's folder [default ./NAME.glow]
      --handler FILE        how events become tensors and tensors answers: YAML,
                            JSON, or a .tflite file with metadata [default what
                            the files beside the model say]
  -f, --force               replace a bundle that is there
  -r, --requirements FILE   of handler.py: its packages, resolved into the
                            bundle by pip
      --include PATH,PATH   files and folders that the handler reads, beside it
      --sample FILE         of a handler of code: a request that it answers,
                            tried now and whenever it is loaded

Flags of every verb
  -h, --help                show the common flags and examples
      --help-all            show every flag
      --json                one JSON object on stdout, for success and failure
                            alike
  -q, --quiet               only the one value on stdout (digest, address,
                            path), no remarks

Every flag: glowplug export --help-all
More: docs/cli/export.md, man glowplug-export
)");
}

TEST(VerbHelp, AllShowsEveryFlagOfEveryVerbWithin80Columns) {
  const Program program = declare_glowplug();
  for (const Verb* verb : program.visible_verbs()) {
    const std::string text = verb_help(program, *verb, true, false);
    for (const Flag& flag : verb->flags)
      EXPECT_NE(text.find("--" + flag.name), std::string::npos) << verb->name << " " << flag.name;
    EXPECT_LE(widest_line(text), 80U) << verb->name;
  }
}

TEST(VerbHelp, EveryVerbHasAnExampleAndASummaryOfOneLine) {
  const Program program = declare_glowplug();
  for (const Verb* verb : program.visible_verbs()) {
    EXPECT_FALSE(verb->examples.empty()) << verb->name;
    EXPECT_FALSE(verb->description.empty()) << verb->name;
    EXPECT_LE(verb->summary.size(), 66U) << verb->name;
  }
}

}  // namespace
}  // namespace glowplug::cli
