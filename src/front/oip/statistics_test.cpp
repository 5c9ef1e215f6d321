#include "front/oip/statistics.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace glowplug::front::oip {
namespace {

PhaseTiming timing_of(int queue, int input, int run, int output) {
  PhaseTiming timing;
  timing.queue = nanoseconds(queue);
  timing.instance = {nanoseconds(input), nanoseconds(run), nanoseconds(output)};
  return timing;
}

std::chrono::system_clock::time_point at_ms(std::int64_t ms) {
  return std::chrono::system_clock::time_point(milliseconds(ms));
}

TEST(ModelStatistics, IsAllZeroBeforeTheFirstRequest) {
  const std::string text = ModelStatistics().to_json("iris", "1", std::nullopt);
  EXPECT_EQ(text, R"({"name":"iris","version":"1","last_inference":0,"inference_count":0,)"
                  R"("execution_count":0,"inference_stats":{"success":{"count":0,"ns":0},)"
                  R"("fail":{"count":0,"ns":0},"queue":{"count":0,"ns":0},)"
                  R"("compute_input":{"count":0,"ns":0},"compute_infer":{"count":0,"ns":0},)"
                  R"("compute_output":{"count":0,"ns":0},"cache_hit":{"count":0,"ns":0},)"
                  R"("cache_miss":{"count":0,"ns":0}},"response_stats":{},"batch_stats":[],)"
                  R"("memory_usage":[]})");
}

TEST(ModelStatistics, CountsRowsOfRequestsAndRunsOfTheModel) {
  ModelStatistics statistics;
  const PhaseTiming timing = timing_of(5, 10, 20, 30);
  statistics.ran(3, timing.instance);  // two requests in one run
  statistics.request_succeeded(1, timing, nanoseconds(100), at_ms(7000));
  statistics.request_succeeded(2, timing, nanoseconds(200), at_ms(7001));
  statistics.ran(1, timing.instance);
  statistics.request_succeeded(1, timing, nanoseconds(50), at_ms(7002));
  statistics.request_failed(nanoseconds(9));

  const Json json = *parse_json(statistics.to_json("iris", "1", 4096));
  EXPECT_EQ(json["inference_count"], 4);
  EXPECT_EQ(json["execution_count"], 2);
  EXPECT_EQ(json["last_inference"], 7002);
  EXPECT_EQ(json["inference_stats"]["success"], (Json{{"count", 3}, {"ns", 350}}));
  EXPECT_EQ(json["inference_stats"]["fail"], (Json{{"count", 1}, {"ns", 9}}));
  EXPECT_EQ(json["inference_stats"]["queue"], (Json{{"count", 3}, {"ns", 15}}));
  EXPECT_EQ(json["inference_stats"]["compute_infer"], (Json{{"count", 3}, {"ns", 60}}));
  ASSERT_EQ(json["batch_stats"].size(), 2U);
  EXPECT_EQ(json["batch_stats"][1]["batch_size"], 3);
  EXPECT_EQ(json["batch_stats"][1]["compute_output"], (Json{{"count", 1}, {"ns", 30}}));
  EXPECT_EQ(json["memory_usage"], Json::parse(R"([{"type":"CPU","id":0,"byte_size":4096}])"));
}

TEST(ModelStatistics, AreListedTogether) {
  const std::vector<std::string> models = {ModelStatistics().to_json("a", "1", std::nullopt),
                                           ModelStatistics().to_json("b", "2", std::nullopt)};
  const Json json = *parse_json(write_statistics(models));
  ASSERT_EQ(json["model_stats"].size(), 2U);
  EXPECT_EQ(json["model_stats"][1]["name"], "b");
  EXPECT_EQ(write_statistics({}), R"({"model_stats":[]})");
}

}  // namespace
}  // namespace glowplug::front::oip
