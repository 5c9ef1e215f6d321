#include <gtest/gtest.h>

#include "cli/declaration/invocation.h"
#include "cli/declaration/testing.h"

namespace glowplug::cli {
namespace {

using testing::variables;
using testing::words;

class CommandLine : public ::testing::Test {
 protected:
  Attempt<Invocation> parse(std::string_view line, const Lookup& environment = variables({})) {
    return parse_command_line(program_, words(line), environment);
  }
  std::string refusal(std::string_view line, const Lookup& environment = variables({})) {
    const auto parsed = parse(line, environment);
    if (parsed) return "taken";
    EXPECT_EQ(parsed.error().exit_code, kUsage);
    const std::string where = parsed.error().where;
    return parsed.error().error.message + (where.empty() ? "" : " @" + where) + " -> " +
           parsed.error().error.fix;
  }
  const Program program_ = declare_glowplug();
};

TEST_F(CommandLine, GivesVerbFlagsAndArguments) {
  const auto parsed = parse("export model.onnx --name iris -o out.glow --json");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->verb()->name, "export");
  EXPECT_EQ(parsed->argument("MODEL.onnx"), "model.onnx");
  EXPECT_EQ(parsed->text("name"), "iris");
  EXPECT_EQ(parsed->text("output"), "out.glow");
  EXPECT_TRUE(parsed->has("json"));
  EXPECT_FALSE(parsed->has("force"));
  EXPECT_EQ(parsed->count("seed"), 1U);
}

TEST_F(CommandLine, TakesGlobalFlagsBeforeAndAfterTheVerb) {
  EXPECT_TRUE(parse("--json functions")->has("json"));
  EXPECT_TRUE(parse("functions --json")->has("json"));
  EXPECT_EQ(parse("--home /x functions")->text("home"), "/x");
  EXPECT_EQ(refusal("--home /x functions --home /y"), "--home is given 2 times -> give it once");
}

TEST_F(CommandLine, TakesEqualsAndOtherNames) {
  EXPECT_EQ(parse("serve --http-port=0")->count("http-port"), 0U);
  EXPECT_EQ(parse("up --port 9000")->count("http-port"), 9000U);
  EXPECT_EQ(parse("--version --json")->verb()->name, "version");
}

TEST_F(CommandLine, TakesFlagsBetweenArguments) {
  const auto parsed = parse("serve a.glow --host 0.0.0.0 b.glow");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->arguments("BUNDLE"), (std::vector<std::string>{"a.glow", "b.glow"}));
  EXPECT_EQ(parsed->text("host"), "0.0.0.0");
}

TEST_F(CommandLine, TakesNamesOfVerbsAsArguments) {
  EXPECT_EQ(parse("remove serve")->argument("FUNCTION"), "serve");
  EXPECT_EQ(parse("help export")->argument("VERB"), "export");
}

TEST_F(CommandLine, FlagBeatsEnvironmentBeatsDefault) {
  const auto environment =
      variables({{"GLOWPLUG_HTTP_PORT", "7000"}, {"GLOWPLUG_IDLE_TIMEOUT", "5m"}});
  const auto parsed = parse("serve --http-port 7001", environment);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->count("http-port"), 7001U);
  EXPECT_EQ(parsed->given("http-port")->where, "--http-port");
  EXPECT_EQ(parsed->given("idle-timeout")->where, "GLOWPLUG_IDLE_TIMEOUT");
  EXPECT_EQ(parsed->duration("idle-timeout"), seconds(300));
  EXPECT_EQ(parsed->text("host"), "127.0.0.1");
  EXPECT_FALSE(parsed->given("host"));
  EXPECT_EQ(parsed->function_settings(), (GivenSettings{{"idle_timeout", "5m"}}));
}

TEST_F(CommandLine, AnEmptyVariableIsNotGiven) {
  EXPECT_EQ(parse("serve", variables({{"GLOWPLUG_HTTP_PORT", ""}}))->count("http-port"), 8080U);
}

TEST_F(CommandLine, HelpNeedsNoArguments) {
  EXPECT_TRUE(parse("export --help")->has("help"));
  EXPECT_TRUE(parse("export -h")->has("help"));
  EXPECT_TRUE(parse("export help")->has("help"));
  EXPECT_TRUE(parse("serve --help-all")->has("help-all"));
  EXPECT_TRUE(parse("--help")->has("help"));
  EXPECT_EQ(parse("")->verb(), nullptr);
}

TEST_F(CommandLine, RefusesWhatIsMissingOrTooMuch) {
  EXPECT_EQ(
      refusal("export"),
      "`export` needs MODEL.onnx: an ONNX model, with files of external weights beside it; or code "
      "that answers events: handler.py, handler.so -> "
      "glowplug export model.onnx --name iris");
  EXPECT_EQ(refusal("inspect a b"),
            "`inspect` does not take the argument \"b\" -> glowplug inspect --help");
  EXPECT_EQ(refusal("export m.onnx --name"), "--name needs a value -> --name NAME");
  EXPECT_EQ(refusal("export m.onnx --name a --name b"), "--name is given 2 times -> give it once");
  EXPECT_EQ(refusal("export m.onnx --name="), "--name needs a value -> --name NAME");
}

TEST_F(CommandLine, RefusesValuesWithThePlaceTheyCameFrom) {
  EXPECT_EQ(refusal("serve --timeout 5"),
            "\"5\" is not a duration: it has no unit; write it as 5s, 50ms or 1m @--timeout -> "
            "--timeout 30s");
  EXPECT_EQ(refusal("serve", variables({{"GLOWPLUG_HTTP_PORT", "70000"}})),
            "\"70000\" is not a whole number from 0 to 65535 @GLOWPLUG_HTTP_PORT -> "
            "--http-port 8080");
  EXPECT_EQ(refusal("serve --max-instances 0"),
            "\"0\" is not a whole number from 1 to 64 @--max-instances -> --max-instances 4");
  EXPECT_EQ(refusal("completion bsh"),
            "\"bsh\" is not one of bash, zsh, fish; did you mean \"bash\"? @SHELL -> ");
}

TEST_F(CommandLine, LeavesWordsToBeCompletedAlone) {
  const auto parsed = parse("__complete export --na");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->arguments("WORD"), (std::vector<std::string>{"export", "--na"}));
}

}  // namespace
}  // namespace glowplug::cli
