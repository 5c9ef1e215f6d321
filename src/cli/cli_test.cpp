#include <gtest/gtest.h>

#include "base/file.h"
#include "cli/declaration/declaration.h"
#include "cli/declaration/testing.h"
#include "cli/model_name.h"
#include "cli/settings_table.h"
#include "cli/try_it.h"
#include "cli/up_source.h"
#include "cli/verb_progress.h"
#include "cli/verbs.h"

namespace glowplug::cli {
namespace {

using testing::variables;
using testing::words;

TEST(Verbs, EachDeclaredVerbIsDoneByAFunction) {
  const Program program = declare_glowplug();
  for (const Group& group : program.groups) {
    for (const Verb& verb : group.verbs) EXPECT_NE(function_of(verb.name), nullptr) << verb.name;
  }
  EXPECT_EQ(function_of("nothing"), nullptr);
}

TEST(ModelName, ComesFromTheFileUnlessGiven) {
  EXPECT_EQ(*model_name(std::nullopt, "/models/my model (2).onnx"), "my-model--2-");
  EXPECT_EQ(*model_name("iris", "/models/x.onnx"), "iris");
}

TEST(ModelName, OfAGivenNameIsNeverBent) {
  const auto refused = model_name("a b", "x.onnx");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
  EXPECT_EQ(refused.error().fix, "--name NAME");
}

TEST(Settings, AreFoundByKeyFlagOrForeignName) {
  EXPECT_EQ(setting_named("function.memory")->key, "function.memory");
  EXPECT_EQ(setting_named("memory")->key, "function.memory");
  EXPECT_EQ(setting_named("--http-port")->key, "http_port");
  EXPECT_EQ(setting_named("memorySize").error().error.message,
            "there is no setting \"memorySize\"; what serverless.yml calls memorySize is `memory` "
            "here, with a unit");
  EXPECT_EQ(setting_named("http_prot").error().error.fix, "glowplug config explain http_port");
}

TEST(Settings, EnvironmentBeatsFileBeatsDefault) {
  const Setting memory = *setting_named("memory");
  ProjectFile project;
  project.function = {{"memory", "1GiB"}};
  project.places = {{"memory", "glowplug.yaml:3:11"}};
  const auto environment = variables({{"GLOWPLUG_MEMORY", "2GiB"}});
  EXPECT_EQ(value_of(memory, environment, project)->text, "2GiB");
  EXPECT_EQ(value_of(memory, variables({}), project)->where, "glowplug.yaml:3:11");
  EXPECT_EQ(value_of(memory, variables({}), std::nullopt)->text, "512MiB");
  const auto refused = value_of(memory, variables({{"GLOWPLUG_MEMORY", "2"}}), project);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, "GLOWPLUG_MEMORY");
  EXPECT_EQ(refused.error().exit_code, kUsage);
}

TEST(ShellQuoted, KeepsEveryCharacter) {
  EXPECT_EQ(shell_quoted("plain"), "'plain'");
  EXPECT_EQ(shell_quoted("it's $HOME"), R"('it'\''s $HOME')");
}

std::string arguments_for(const char* content, const char* named = "{}") {
  return event_arguments(Json::parse(content), Json::parse(named));
}

TEST(EventArguments, FitWhatTheHandlerTakes) {
  EXPECT_EQ(arguments_for(R"({"application/json": {}, "image/jpeg": {}, "image/png": {}})"),
            "--data-binary @your.jpg -H 'content-type: image/jpeg'");
  EXPECT_EQ(arguments_for(R"({"image/*": {}})"),
            "--data-binary @your.jpg -H 'content-type: image/jpeg'");
  EXPECT_EQ(arguments_for(R"({"application/json": {}, "text/plain": {}})"),
            "--data-binary 'A text of yours.' -H 'content-type: text/plain'");
  EXPECT_EQ(arguments_for(R"({"*/*": {}})"), "--json '{}'");
}

TEST(EventArguments, MakeJsonOfASchema) {
  EXPECT_EQ(arguments_for(R"({"text/csv": {}, "application/json": {"schema": {"anyOf": [
                {"$ref": "record"}, {"type": "array"}]}}})",
                          R"({"record": {"type": "object", "properties": {
                "plan": {"type": "string", "enum": ["it's", "b"]},
                "months": {"type": "integer", "minimum": 5.0},
                "share": {"type": "number", "maximum": 0.5},
                "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2}}}})"),
            R"(--json '{"months":5,"plan":"it'\''s","share":0.5,"tags":["text","text"]}')");
  EXPECT_EQ(arguments_for(R"({"application/json": {"schema": {"$ref": "a"}}})",
                          R"({"a": {"$ref": "a"}})"),
            "--json '{}'");
}

TEST(UtcTime, IsIso8601) { EXPECT_EQ(utc_time(1764093624000), "2025-11-25T18:00:24Z"); }

/// find_up_source in a folder of its own.
class UpSourceTest : public ::testing::Test {
 protected:
  void write(std::string_view name, std::string_view text) {
    ASSERT_TRUE(write_file_atomically(folder_.path() / name, text, false));
  }
  Attempt<UpSource> find(std::string_view line, const Lookup& environment = variables({})) {
    const auto invocation = parse_command_line(program_, words(line), environment);
    EXPECT_TRUE(invocation);
    const Session session{program_, *invocation, output_, environment};
    return find_up_source(session, folder_.path());
  }
  const Program program_ = declare_glowplug();
  const Terminal terminal_;
  const Output output_{terminal_, OutputMode::quiet};
  const TemporaryFolder folder_ = *TemporaryFolder::create();
};

TEST_F(UpSourceTest, TakesTheNamedModel) {
  write("a.onnx", "");
  write("b.onnx", "");
  const auto source = find("up b.onnx --name iris --timeout 5s");
  ASSERT_TRUE(source);
  EXPECT_EQ(source->name, "iris");
  EXPECT_EQ(source->model, folder_.path() / "b.onnx");
  EXPECT_EQ(source->settings, (GivenSettings{{"timeout", "5s"}}));
}

TEST_F(UpSourceTest, PrefersTheProjectThenTheOnlyModel) {
  write("a.onnx", "");
  EXPECT_EQ(find("up")->name, "a");
  write("glowplug.yaml",
        "name: iris\nmodel: {source: a.onnx}\nfunction: {timeout: 5s, memory: 1GiB}\n");
  const auto source = find("up --timeout 6s");
  ASSERT_TRUE(source);
  EXPECT_EQ(source->name, "iris");
  EXPECT_EQ(source->settings, (GivenSettings{{"memory", "1GiB"}, {"timeout", "6s"}}));
}

TEST_F(UpSourceTest, DoesNotGuessBetweenModels) {
  EXPECT_EQ(find("up").error().error.code, Code::not_found);
  write("b.onnx", "");
  write("a.onnx", "");
  const auto refused = find("up");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.message,
            "there are several models in this folder: a.onnx, b.onnx");
  EXPECT_EQ(refused.error().exit_code, kUsage);
}

TEST_F(UpSourceTest, SaysWhatIsMissingBeforeAnythingSlow) {
  EXPECT_EQ(find("up no.onnx").error().error.code, Code::not_found);
  write("glowplug.yaml", "name: iris\nmodel: {source: gone.onnx}\n");
  EXPECT_EQ(find("up").error().error.code, Code::not_found);
  write("a.onnx", "");
  const auto refused = find("up a.onnx --min-instances 9");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().exit_code, kUsage);
}

}  // namespace
}  // namespace glowplug::cli
