#include "cli/project/project_file.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/file.h"
#include "cli/terminal/output.h"

namespace glowplug::cli {
namespace {

std::optional<std::string> variable(std::string_view name) {
  if (name == "MODEL_FOLDER") return "models";
  if (name == "MEMORY") return "1GiB";
  return std::nullopt;
}

Attempt<ProjectFile> parse(std::string_view text) {
  return parse_project(text, "/project/glowplug.yaml", variable);
}

TEST(ProjectFile, GivesNameModelAndSettings) {
  const auto project = parse(
      "name: iris\n"
      "requires: \">=0.1\"\n"
      "model: {source: iris.onnx}\n"
      "function:\n"
      "  memory: 256MiB\n"
      "  timeout: 5s\n"
      "  max_instances: 2\n"
      "  fetch_hosts: [images.example.com, s3://pictures]\n");
  ASSERT_TRUE(project) << describe(project.error(), false);
  EXPECT_EQ(project->name, "iris");
  EXPECT_EQ(project->model, "/project/iris.onnx");
  EXPECT_EQ(project->function, (GivenSettings{{"fetch_hosts", "images.example.com,s3://pictures"},
                                              {"max_instances", "2"},
                                              {"memory", "256MiB"},
                                              {"timeout", "5s"}}));
  EXPECT_EQ(project->places.find("timeout")->second, "glowplug.yaml:6:12");
  EXPECT_EQ(note_on_passed_over(*project), "");
}

TEST(ProjectFile, ReplacesVariablesOfTheEnvironment) {
  const auto project = parse(
      "name: iris\n"
      "model: {source: \"${env:MODEL_FOLDER}/iris.onnx\"}\n"
      "function: {memory: \"${env:MEMORY}\"}\n");
  ASSERT_TRUE(project) << describe(project.error(), false);
  EXPECT_EQ(project->model, "/project/models/iris.onnx");
  EXPECT_EQ(project->function, (GivenSettings{{"memory", "1GiB"}}));
}

TEST(ProjectFile, ValuesOfOnlyACommentCountAsEmpty) {
  const auto project = parse(
      "name: iris\n"
      "model: {source: m.onnx}\n"
      "function:\n"
      "  memory:  # to be found out\n");
  ASSERT_TRUE(project);
  EXPECT_TRUE(project->function.empty());
}

TEST(ProjectFile, PassesOverSectionsOfLaterVersionsWithOneNote) {
  const auto project = parse(
      "name: iris\n"
      "train: {run: train.py}\n"
      "model: {source: m.onnx, format: onnx}\n"
      "function: {cpu: 2}\n"
      "budget: {usd_per_month: 20}\n");
  ASSERT_TRUE(project) << describe(project.error(), false);
  EXPECT_EQ(note_on_passed_over(*project),
            "glowplug.yaml: this version does not act on train, budget, model.format, "
            "function.cpu");
}

TEST(ProjectFile, AbsolutePathsStay) {
  EXPECT_EQ(parse("name: a\nmodel: {source: /m.onnx}\n")->model, "/m.onnx");
}

TEST(ProjectFile, OfAMissingFileIsNotFound) {
  const auto project = read_project("/no/such/glowplug.yaml", variable);
  ASSERT_FALSE(project);
  EXPECT_EQ(project.error().error.code, Code::not_found);
}

struct Bad {
  std::string_view text;
  std::string_view said;
};

const std::vector<Bad>& bad_files() {
  static const std::vector<Bad> kBad = {
      {"",
       "error: the file is empty   glowplug.yaml:1:1\n"
       "  1 | \n      ^\nread:  docs/project-file.md\nfix:   name: iris\n"},
      {"- a\n",
       "error: a project file is a map of keys   glowplug.yaml:1:1\n"
       "  1 | - a\n      ^\nread:  docs/project-file.md\nfix:   name: iris\n"},
      {"name: [a\n",
       "error: this is not YAML: end of sequence flow not found   glowplug.yaml:2:1\n"
       "  2 | \n      ^\nread:  docs/project-file.md\n"},
      {"name: a\n---\nname: b\n",
       "error: the file holds more than one document   glowplug.yaml:3:1\n"
       "  3 | name: b\n      ^\nread:  docs/project-file.md\nfix:   keep one\n"},
      {"model: {source: m.onnx}\n",
       "error: the key name is missing   glowplug.yaml:1:1\n"
       "  1 | model: {source: m.onnx}\n      ^\nread:  docs/project-file.md\nfix:   name: iris\n"},
      {"name: a\n",
       "error: the key model is missing   glowplug.yaml:1:1\n"
       "  1 | name: a\n      ^\nread:  docs/project-file.md\n"
       "fix:   model: {source: model.onnx}\n"},
      {"name: a\nmodel: m.onnx\n",
       "error: model has to be a map   glowplug.yaml:2:8\n"
       "  2 | model: m.onnx\n             ^^^^^^\nread:  docs/project-file.md\n"
       "fix:   model: {source: model.onnx}\n"},
      {"name: a\nmodel: {}\n",
       "error: the key model.source is missing   glowplug.yaml:2:8\n"
       "  2 | model: {}\n             ^\nread:  docs/project-file.md\nfix:   source: model.onnx\n"},
      {"name: a\nmodel: {source: m.onnx}\nfunction:\n  memorySize: 512\n",
       "error: unknown key function.memorySize   glowplug.yaml:4:3\n"
       "  4 |   memorySize: 512\n"
       "        ^^^^^^^^^^ serverless.yml's name; here it is `function.memory`, with a unit\n"
       "read:  docs/project-file.md\n"
       "fix:   memory: 256MiB   (glowplug config explain function.memory)\n"},
      {"name: a\nmodel: {source: m.onnx}\nfunction: {containerConcurrency: 4}\n",
       "error: unknown key function.containerConcurrency   glowplug.yaml:3:12\n"
       "  3 | function: {containerConcurrency: 4}\n"
       "                 ^^^^^^^^^^^^^^^^^^^^ Knative's name; here it is `function.max_batch`: an "
       "instance runs one batch at a time\n"
       "read:  docs/project-file.md\n"
       "fix:   max_batch: 32   (glowplug config explain function.max_batch)\n"},
      {"name: a\nmodel: {source: m.onnx}\nmemorySize: 512\n",
       "error: unknown key memorySize   glowplug.yaml:3:1\n"
       "  3 | memorySize: 512\n"
       "      ^^^^^^^^^^ serverless.yml's name; here it is `function.memory`, with a unit\n"
       "read:  docs/project-file.md\n"
       "fix:   memory: 256MiB   (glowplug config explain function.memory)\n"},
      {"name: a\nmodel: {source: m.onnx}\nfunction: {region: eu}\n",
       "error: unknown key function.region   glowplug.yaml:3:12\n"
       "  3 | function: {region: eu}\n"
       "                 ^^^^^^ a cloud's name; everything runs on this machine\n"
       "read:  docs/project-file.md\nfix:   leave it out\n"},
      {"name: a\nmodel: {source: m.onnx}\nrest_api_port: 80\n",
       "error: unknown key rest_api_port   glowplug.yaml:3:1\n"
       "  3 | rest_api_port: 80\n"
       "      ^^^^^^^^^^^^^ TF Serving's name; here it is `http_port`\n"
       "read:  docs/project-file.md\n"
       "fix:   leave it out; it is a flag of serve and up (glowplug config explain http_port)\n"},
      {"name: a\nmodel: {source: m.onnx}\nfunction: {timout: 5s}\n",
       "error: unknown key function.timout   glowplug.yaml:3:12\n"
       "  3 | function: {timout: 5s}\n"
       "                 ^^^^^^ did you mean `timeout`?\n"
       "read:  docs/project-file.md\nfix:   timeout:\n"},
      {"name: a\nmodel: {source: m.onnx, zzz: 1}\n",
       "error: unknown key model.zzz   glowplug.yaml:2:25\n"
       "  2 | model: {source: m.onnx, zzz: 1}\n"
       "                              ^^^\nread:  docs/project-file.md\nfix:   keys here: source, "
       "format\n"},
      {"name: a\nname: b\nmodel: {source: m.onnx}\n",
       "error: name is there twice   glowplug.yaml:2:1\n"
       "  2 | name: b\n      ^^^^\nread:  docs/project-file.md\n"},
      {"name: a\nmodel: {source: m.onnx}\nfunction: {timeout: 5}\n",
       "error: function.timeout: \"5\" is not a duration: it has no unit; write it as 5s, 50ms or "
       "1m   glowplug.yaml:3:21\n"
       "  3 | function: {timeout: 5}\n                          ^\n"
       "read:  docs/project-file.md\nfix:   timeout: 5s\n"},
      {"name: a\nmodel: {source: m.onnx}\nfunction: {memory: 256 MiB!}\n",
       "error: function.memory: \"256 MiB!\" is not a size: unknown unit \" MiB!\"; write it as "
       "256MiB or 50MB   glowplug.yaml:3:20\n"
       "  3 | function: {memory: 256 MiB!}\n                         ^^^^^^^^\n"
       "read:  docs/project-file.md\nfix:   memory: 256MiB\n"},
      {"name: a\nmodel: {source: m.onnx}\nfunction: {max_instances: [1]}\n",
       "error: function.max_instances has to be one value, not a list   glowplug.yaml:3:27\n"
       "  3 | function: {max_instances: [1]}\n                                ^\n"
       "read:  docs/project-file.md\n"},
      {"name: a\nmodel: {source: m.onnx}\nfunction: {min_instances: 3, max_instances: 2}\n",
       "error: function: min_instances (3) is more than max_instances (2)   glowplug.yaml:3:11\n"
       "  3 | function: {min_instances: 3, max_instances: 2}\n                ^\n"
       "read:  docs/project-file.md\n"},
      {"name: a\nmodel: {source: m.onnx}\nfunction: [memory]\n",
       "error: function has to be a map   glowplug.yaml:3:11\n"
       "  3 | function: [memory]\n                ^\nread:  docs/project-file.md\n"
       "fix:   function: {memory: 256MiB}\n"},
      {"name: \"${env:NOT_SET}\"\nmodel: {source: m.onnx}\n",
       "error: name: the environment variable NOT_SET is not set   glowplug.yaml:1:7\n"
       "  1 | name: \"${env:NOT_SET}\"\n            ^^^^^^^^^^^^^^\n"
       "read:  docs/project-file.md\nfix:   export NOT_SET=…\n"},
      {"name: \"${file:x}\"\nmodel: {source: m.onnx}\n",
       "error: name: \"${file:x}\" is not understood: only ${env:NAME} is replaced   "
       "glowplug.yaml:1:7\n"
       "  1 | name: \"${file:x}\"\n            ^^^^^^^^^\nread:  docs/project-file.md\n"},
      {"name: \"${env:X\"\nmodel: {source: m.onnx}\n",
       "error: name: \"${\" is not closed by \"}\"   glowplug.yaml:1:7\n"
       "  1 | name: \"${env:X\"\n            ^^^^^^^\nread:  docs/project-file.md\n"},
      {"requires: \">=99\"\nname: a\nfuture: 1\n",
       "error: this project needs glowplug >=99, this is 0.1.0   glowplug.yaml:1:11\n"
       "  1 | requires: \">=99\"\n                ^^^^\n"
       "read:  docs/project-file.md\nfix:   install that version\n"},
      {"requires: new\nname: a\n",
       "error: requires: \"new\" is not a range of versions; write it as \">=0.1\" or \">=0.1, "
       "<1\"   glowplug.yaml:1:11\n"
       "  1 | requires: new\n                ^^^\nread:  docs/project-file.md\n"},
      {"? [a, b]\n: 1\n",
       "error: a key has to be a word   glowplug.yaml:1:3\n"
       "  1 | ? [a, b]\n        ^\nread:  docs/project-file.md\n"},
  };
  return kBad;
}

TEST(ProjectFile, SaysWhatIsWrongAndWhere) {
  for (const Bad& bad : bad_files()) {
    const auto project = parse(bad.text);
    ASSERT_FALSE(project) << bad.text;
    EXPECT_EQ(describe(project.error(), false), bad.said);
    EXPECT_EQ(project.error().exit_code, kUsage);
  }
}

/// yaml-cpp 0.7 does not come back from some of them.
TEST(ProjectFile, RefusesWhatIsNotUtf8AtItsPlace) {
  const auto project = parse("name: a\nmodel: \xff\n");
  ASSERT_FALSE(project);
  EXPECT_EQ(project.error().error.message, "this is not UTF-8");
  EXPECT_EQ(project.error().where, "glowplug.yaml:2:8");
  EXPECT_FALSE(
      parse("\x2c\x6e\x2c\x6d\x65\x3a\x20\x6f\x81\x65\x6c\x2e\x2f\x6e\x6e\x78\x7d\x0a\x66"
            "\x65\xff\xff\x35\x73\x7d\x0a"));
}

}  // namespace
}  // namespace glowplug::cli
