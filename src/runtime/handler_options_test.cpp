#include "runtime/handler_options.h"

#include <gtest/gtest.h>

#include <vector>

namespace glowplug::runtime {
namespace {

Result<HandlerOptions> read(const std::vector<const char*>& arguments) {
  return read_handler_options(arguments);
}

TEST(HandlerOptions, TakesABundleAndItsFlagsInEitherSpelling) {
  const auto options =
      read({"iris.glow", "--http-port", "0", "--host=::1", "--timeout", "5s", "--max-queue=7",
            "--no-access-log", "--no-busy-poll", "--log-level", "warning"});
  ASSERT_TRUE(options) << options.error().message;
  const auto& server = std::get<ServerOptions>(*options);
  EXPECT_EQ(server.bundle, "iris.glow");
  EXPECT_EQ(server.http_port, 0);
  EXPECT_EQ(server.host, "::1");
  EXPECT_EQ(server.log_level, LogLevel::warning);
  EXPECT_FALSE(server.access_log);
  EXPECT_FALSE(server.busy_poll);
  EXPECT_EQ(server.settings, (GivenSettings{{"timeout", "5s"}, {"max_queue", "7"}}));
}

TEST(HandlerOptions, TakesTheTemplatesRole) {
  const auto options = read({"--role", "template", "--control-fd", "9"});
  ASSERT_TRUE(options);
  EXPECT_EQ(std::get<TemplateOptions>(*options).control_fd, 9);
}

TEST(HandlerOptions, HelpAndVersionNeedNothingElse) {
  EXPECT_TRUE(std::holds_alternative<ShowHelp>(*read({"--help"})));
  EXPECT_TRUE(std::holds_alternative<ShowHelp>(*read({"x.glow", "-h"})));
  EXPECT_TRUE(std::holds_alternative<ShowVersion>(*read({"--version"})));
  EXPECT_NE(handler_help().find("--max-queue-bytes size"), std::string::npos);
}

TEST(HandlerOptions, SaysWhatIsWrong) {
  const std::vector<std::pair<std::vector<const char*>, std::string>> cases{
      {{}, "no bundle was named"},
      {{"a", "b"}, "one bundle only; \"b\" is a second"},
      {{"a", "--http-prot", "1"}, "unknown flag --http-prot; did you mean --http-port?"},
      {{"a", "--frobnicate"}, "unknown flag --frobnicate"},
      {{"a", "--http-port"}, "--http-port needs a value"},
      {{"a", "--http-port", "65536"},
       "--http-port is \"65536\"; a number from 0 to 65535 was expected"},
      {{"a", "--http-port", "-1"}, "--http-port is \"-1\"; a number from 0 to 65535 was expected"},
      {{"a", "--http-port", "80x"},
       "--http-port is \"80x\"; a number from 0 to 65535 was expected"},
      {{"a", "--engine", "steam"},
       "--engine is \"steam\"; auto, native or onnxruntime was expected"},
      {{"a", "--log-level", "loud"},
       "--log-level is \"loud\"; debug, info, warning or error was expected"},
      {{"--role", "boss"}, "--role is \"boss\"; template was expected"},
      {{"--role", "template"}, "--role template needs --control-fd N"},
      {{"--role", "template", "--control-fd", "3", "x"},
       "--role template takes no bundle: the gateway names it"},
  };
  for (const auto& [arguments, text] : cases) {
    const auto options = read(arguments);
    ASSERT_FALSE(options) << text;
    EXPECT_EQ(options.error().code, Code::invalid_argument);
    EXPECT_EQ(options.error().message, text);
  }
  EXPECT_FALSE(read({"a", "--timeout", "5"})) << "a duration needs its unit";
  EXPECT_FALSE(read({"a", "--memory", "1GiB"})) << "means nothing without processes";
}

}  // namespace
}  // namespace glowplug::runtime
