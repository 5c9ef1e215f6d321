#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/code_table.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/sha256.h"
#include "base/units.h"

namespace glowplug {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{Code::invalid_argument, "odd", {}};
  return number / 2;
}

Result<int> quarter(int number) {
  GLOWPLUG_ASSIGN(const int once, half(number));
  GLOWPLUG_ASSIGN(const int twice, half(once));
  return twice;
}

TEST(Result, CarriesTheFirstErrorUp) {
  EXPECT_EQ(*quarter(8), 2);
  const auto failed = quarter(6);
  ASSERT_FALSE(failed);
  EXPECT_EQ(Error(failed.error()).in("quarter").message, "quarter: odd");
}

TEST(CodeTable, MapsToHttpAndBack) {
  EXPECT_EQ(http_status_of(Code::instance_lost), 502);
  EXPECT_EQ(row_of(Code::too_large).grpc_status, 8);
  EXPECT_EQ(code_named("deadline_exceeded"), Code::deadline_exceeded);
  EXPECT_EQ(code_named("nonsense"), std::nullopt);
  EXPECT_EQ(code_numbered(14), std::nullopt);
}

TEST(Units, ReadsDurations) {
  EXPECT_EQ(*parse_duration("50ms"), milliseconds(50));
  EXPECT_EQ(*parse_duration("1.5s"), milliseconds(1500));
  EXPECT_EQ(*parse_duration("0"), Duration(0));
  for (const char* wrong :
       {"", "5", "-5s", "s", "5 s", "5x", "1e3s", "nan", "999999h999", "9999999999h"}) {
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  }
  EXPECT_EQ(parse_duration("5").error().message,
            "\"5\" is not a duration: it has no unit; write it as 5s, 50ms or 1m");
}

TEST(Units, ReadsSizes) {
  EXPECT_EQ(*parse_size("256MiB"), 268435456U);
  EXPECT_EQ(*parse_size("50MB"), 50000000U);
  EXPECT_FALSE(parse_size("50"));
  EXPECT_FALSE(parse_size("50mb"));
}

TEST(Units, WritesWhatItReads) {
  for (const char* text : {"50ms", "5s", "1m", "2h", "90s", "1500us", "0s"})
    EXPECT_EQ(format_duration(*parse_duration(text)), text);
  for (const char* text : {"256MiB", "1GiB", "1000B", "3KiB"})
    EXPECT_EQ(format_size(*parse_size(text)), text);
  EXPECT_EQ(human_size(13900000), "13.9 MB");
  EXPECT_EQ(human_duration(std::chrono::microseconds(310)), "310 us");
}

TEST(Nearest, FindsTypingErrorsOnly) {
  const std::vector<std::string> verbs = {"export", "inspect", "serve"};
  EXPECT_EQ(nearest("exprot", verbs), "export");
  EXPECT_EQ(nearest("srve", verbs), "serve");
  EXPECT_EQ(nearest("banana", verbs), std::nullopt);
  EXPECT_EQ(edit_distance("abc", "acb"), 1U);
}

TEST(Sha256, KnowsTheStandardVector) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Json, IsStrict) {
  EXPECT_EQ((*parse_json(R"({"a":[1,2]})"))["a"][1], 2);
  for (const char* wrong :
       {"", "{", "[1,]", "NaN", R"({"a":1,"a":2})", "[1] 2", "// c\n1", "1e999"})
    EXPECT_FALSE(parse_json(wrong)) << wrong;
  EXPECT_FALSE(parse_json(std::string(100, '[') + std::string(100, ']')));
  EXPECT_EQ(parse_json("{\n  \"a\": x}").error().message, "not JSON at line 2, column 8");
}

TEST(Json, WritesEqualBytesForEqualValues) {
  EXPECT_EQ(canonical_json(*parse_json(R"({"b":1,"a":"ü"})")), "{\"a\":\"ü\",\"b\":1}\n");
  EXPECT_EQ(quote_json("a\"\xff"), "\"a\\\"\xEF\xBF\xBD\"");
}

TEST(File, RefusesAPipeWithoutWaitingForIt) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const std::filesystem::path pipe = folder->path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const std::filesystem::path& path : {pipe, std::filesystem::path("/dev/zero")}) {
    const auto text = read_file(path);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Code::invalid_argument);
    EXPECT_EQ(text.error().message, path.string() + " is not a regular file");
    EXPECT_EQ(MappedFile::open(path).error().code, Code::invalid_argument);
  }
}

TEST(File, ReplacesInOneStep) {
  auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "x";
  ASSERT_TRUE(write_file_atomically(path, "one"));
  ASSERT_TRUE(write_file_atomically(path, "two"));
  EXPECT_EQ(*read_file(path), "two");
  EXPECT_EQ(MappedFile::open(path)->text(), "two");
  EXPECT_EQ(read_file(folder->path() / "none").error().code, Code::not_found);
  EXPECT_EQ(read_file(path, 2).error().code, Code::too_large);
  EXPECT_EQ(read_file(folder->path()).error().code, Code::invalid_argument);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder->path()), {}), 1);
}

TEST(Log, WritesOneObjectALine) {
  std::string seen;
  Log log(Log::Format::json, LogLevel::info, [&seen](std::string_view line) { seen += line; });
  log.write(LogLevel::debug, "hidden", "hidden");
  log.info("cold_start", "woke \"iris\"",
           {{"duration_ms", 1.5}, {"function", "iris"}, {"count", std::int64_t{3}}});
  const auto value = parse_json(seen);
  ASSERT_TRUE(value) << seen;
  EXPECT_EQ((*value)["event"], "cold_start");
  EXPECT_EQ((*value)["duration_ms"], 1.5);
  EXPECT_EQ((*value)["message"], "woke \"iris\"");
}

}  // namespace
}  // namespace glowplug
