#include "runtime/function_log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/json.h"

namespace glowplug::runtime {
namespace {

std::vector<Json> lines_of(std::string_view packet) {
  std::vector<Json> lines;
  Log log(Log::Format::json, LogLevel::debug, [&lines](std::string_view line) {
    const auto json = parse_json(line);
    ASSERT_TRUE(json) << line;
    lines.push_back(*json);
  });
  log_packet(log, "f", "3", packet);
  return lines;
}

TEST(FunctionLog, TellsRecordsWithLevelAndRequest) {
  const auto lines = lines_of(
      "\x01{\"level\":\"warning\",\"message\":\"careful\",\"request_id\":\"r\",\"logger\":\"x\"}");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["event"], "handler_log");
  EXPECT_EQ(lines[0]["level"], "warning");
  EXPECT_EQ(lines[0]["message"], "careful");
  EXPECT_EQ(lines[0]["function"], "f");
  EXPECT_EQ(lines[0]["version"], "3");
  EXPECT_EQ(lines[0]["request_id"], "r");
  EXPECT_EQ(lines[0]["source"], "x");
}

TEST(FunctionLog, JoinsTracebacks) {
  const auto lines =
      lines_of("\x01{\"level\":\"error\",\"message\":\"no\",\"traceback\":[\"first\",\"last\",7]}");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["event"], "handler_failed");
  EXPECT_EQ(lines[0]["traceback"], "first\nlast\n");
}

TEST(FunctionLog, SplitsTextAndTakesWhateverComes) {
  EXPECT_EQ(lines_of("one\n\ntwo").size(), 2U);
  EXPECT_EQ(lines_of("").size(), 0U);
  for (const std::string_view odd :
       {"\x01{", "\x01[1]", "\x01\"x\"", "\xff\xfe", "\x01{\"level\":7,\"message\":[]}"})
    EXPECT_LE(lines_of(odd).size(), 1U);
}

}  // namespace
}  // namespace glowplug::runtime
