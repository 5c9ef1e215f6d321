#include "observe/metrics.h"

#include <gtest/gtest.h>

#include <sstream>

#include "base/file.h"
#include "observe/process_stats.h"
#include "observe/testing/promtool.h"

namespace glowplug::observe {
namespace {

TEST(Metrics, PromtoolAcceptsAllOfThem) {
  Metrics metrics("0.1.0");
  EXPECT_EQ(testing::promtool_complaints(metrics.text()), "");
  const auto iris = metrics.function("iris", "1");
  iris->answered(200, std::nullopt, milliseconds(3));
  iris->answered(502, Code::instance_lost, milliseconds(3));
  iris->phases({});
  iris->ran(4);
  iris->queue_event(QueueEvent::retried, 2);
  iris->cold_start(milliseconds(2));
  iris->cold_start_phase("engine", milliseconds(20));
  iris->process_event("template_started", 1);
  iris->template_evicted("worth_least");
  iris->set_instances(InstanceState::busy, 2);
  iris->set_memory(MemoryOf::template_process, 1000);
  metrics.http_answered("infer", 200);
  metrics.set_connections(3);
  EXPECT_EQ(testing::promtool_complaints(metrics.text()), "");
}

TEST(Metrics, PromtoolWouldComplain) {
  EXPECT_NE(testing::promtool_complaints("# TYPE x counter\nx 1\n"), "");
  EXPECT_NE(testing::promtool_complaints("no metrics"), "");
}

TEST(Metrics, CountsUnderTheLabelsOfTheFunction) {
  Metrics metrics("0.1.0");
  const auto iris = metrics.function("iris", "1");
  iris->answered(200, std::nullopt, milliseconds(3));
  iris->answered(200, std::nullopt, milliseconds(3));
  iris->answered(504, Code::deadline_exceeded, seconds(100));
  const std::string text = metrics.text();
  for (const char* line :
       {"glowplug_requests_total{code=\"200\",function=\"iris\",version=\"1\"} 2\n",
        "glowplug_errors_total{function=\"iris\",kind=\"deadline_exceeded\",version=\"1\"} 1\n",
        "glowplug_request_duration_seconds_count{function=\"iris\",version=\"1\"} 3\n",
        "glowplug_queue_events_total{event=\"lost\",function=\"iris\",version=\"1\"} 0\n",
        "glowplug_build_info{version=\"0.1.0\"} 1\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

TEST(Metrics, AVersionThatIsGoneLeavesNoSeries) {
  Metrics metrics("0.1.0");
  auto old_form = metrics.function("iris", "1");
  auto new_form = metrics.function("iris", "1");
  EXPECT_EQ(old_form, new_form);
  old_form->answered(200, std::nullopt, milliseconds(1));
  old_form.reset();
  EXPECT_NE(metrics.text().find("iris"), std::string::npos);
  new_form.reset();
  EXPECT_EQ(metrics.text().find("iris"), std::string::npos);
}

TEST(Metrics, EveryFamilyIsDocumented) {
  const auto page = read_file(GLOWPLUG_METRICS_PAGE);
  ASSERT_TRUE(page) << page.error().message;
  Metrics metrics("0.1.0");
  const auto iris = metrics.function("iris", "1");
  iris->answered(502, Code::instance_lost, milliseconds(3));
  iris->cold_start_phase("engine", milliseconds(20));
  iris->process_event("template_started", 1);
  iris->template_evicted("worth_least");
  metrics.http_answered("infer", 200);
  std::istringstream lines(metrics.text());
  std::size_t families = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# TYPE ")) continue;
    const std::string name = line.substr(7, line.find(' ', 7) - 7);
    EXPECT_NE(page->find("`" + name + "`"), std::string::npos) << name;
    ++families;
  }
  EXPECT_GT(families, 20U);
}

TEST(ProcessStats, KnowsThisProcess) {
  const ProcessStats stats = read_process_stats();
  EXPECT_GT(stats.start_time_seconds, 1.6e9);
  EXPECT_GT(stats.resident_bytes, 1000U);
  EXPECT_GT(stats.open_fds, 2U);
  EXPECT_GE(stats.max_fds, stats.open_fds);
}

}  // namespace
}  // namespace glowplug::observe
