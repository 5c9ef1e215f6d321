#include "gateway/serve.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

#include "base/installation.h"
#include "front/testing/blocking_client.h"
#include "gateway/testing/bundles.h"
#include "observe/testing/promtool.h"
#include "store/store.h"

namespace glowplug::gateway {
namespace {

using front::testing::BlockingClient;
using front::testing::ClientAnswer;
using testing::damage_model;
using testing::write_bundle;

const std::filesystem::path kModels = GLOWPLUG_TEST_MODELS;
constexpr std::string_view kRow =
    R"({"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1.5,2.5]}]})";

/// Children of this process that have not ended.
std::size_t living_children() {
  std::size_t count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(task.path() / "children");
    for (std::string pid; children >> pid;) ++count;
  }
  return count;
}

/// `serve` on a thread of its own, in this process, with real templates and instances.
class ServeTest : public ::testing::Test {
 protected:
  ServeTest() : folder_(*TemporaryFolder::create()) {
    // Blocked here, so that signals to the process reach only the signalfd of `serve`.
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&wanted, number);
    pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
    options.http_port = 0;
    options.home = path() / "home";
    options.handler_program = GLOWPLUG_TEST_HANDLER;
    options.access_log = false;
  }
  ~ServeTest() override {
    if (thread_.joinable()) end(SIGINT);
  }
  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path bundle(const std::string& name, const std::string& license = "MIT") {
    return write_bundle(path(), name, kModels / "identity_fp32.onnx", license);
  }
  void add(const std::string& name, const std::string& license = "MIT") {
    auto store = store::Store::open(options.home);
    ASSERT_TRUE(store) << store.error().message;
    const auto added = store->add(bundle(name, license), name);
    ASSERT_TRUE(added) << added.error().message;
  }
  /// Waits until `serve` listens or has failed.
  void start() {
    std::promise<std::uint16_t> listening;
    auto ready = listening.get_future();
    thread_ = std::thread([this, &listening] {
      bool told = false;
      outcome = serve(options, log, [&](const std::string& line) {
        first_line = line;
        told = true;
        listening.set_value(
            static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1))));
      });
      if (!told) listening.set_value(0);
    });
    port = ready.get();
  }
  void end(int signal) {
    ASSERT_EQ(::kill(::getpid(), signal), 0);
    thread_.join();
  }
  void wait_for_failure() { thread_.join(); }
  ClientAnswer ask(std::string_view method, std::string_view target, std::string_view body = {}) {
    return BlockingClient(port).ask(method, target, body);
  }

  ServeOptions options;
  std::mutex log_mutex;
  std::string log_text;
  Log log{Log::Format::json, LogLevel::info, [this](std::string_view line) {
            const std::lock_guard lock(log_mutex);
            log_text += line;
          }};
  Result<Ended> outcome = Ended::drained;
  std::string first_line;
  std::uint16_t port = 0;

 private:
  TemporaryFolder folder_;
  std::thread thread_;
};

TEST_F(ServeTest, AnswersFromABundleAndLeavesNothingRunning) {
  options.bundles = {bundle("echo")};
  start();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(first_line, "listening http=127.0.0.1:" + std::to_string(port));
  const ClientAnswer answer = ask("POST", "/v2/models/echo/infer", kRow);
  EXPECT_EQ(answer.status, 200) << answer.body << log_text;
  EXPECT_NE(answer.body.find("\"data\":[1.5,2.5]"), std::string::npos) << answer.body;
  EXPECT_GT(living_children(), 0U);
  end(SIGTERM);
  EXPECT_TRUE(outcome);
  EXPECT_EQ(living_children(), 0U);
}

TEST_F(ServeTest, RequestsUnderWayAreAnsweredWhileItDrains) {
  options.bundles = {bundle("echo")};
  start();
  BlockingClient client(port);
  // The first answer takes a template to start, so that the signal comes before it.
  client.send("POST /v2/models/echo/infer HTTP/1.1\r\nHost: t\r\nContent-Length: " +
              std::to_string(kRow.size()) + "\r\n\r\n" + std::string(kRow));
  while (ask("GET", "/metrics")
                 .body.find("glowplug_open_requests{function=\"echo\",version=\"1\"} "
                            "1\n") == std::string::npos &&
         ask("GET", "/v2/models/echo/stats").body.find("\"inference_count\":0") !=
             std::string::npos)
    std::this_thread::yield();
  end(SIGTERM);
  EXPECT_EQ(client.receive().status, 200);
}

TEST_F(ServeTest, OneFunctionThatFailsDoesNotStopTheOthers) {
  add("good");
  add("bad");
  auto store = store::Store::open(options.home);
  damage_model(store->resolve("bad")->folder);
  start();
  ASSERT_NE(port, 0) << outcome.error().message;
  EXPECT_EQ(ask("POST", "/v2/models/good/infer", kRow).status, 200);
  const ClientAnswer refused = ask("POST", "/v2/models/bad/infer", kRow);
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.body.find("model/model.onnx"), std::string::npos) << refused.body;
  EXPECT_EQ(ask("GET", "/v2/health/ready").status, 200);
  EXPECT_EQ(ask("GET", "/v2/models/bad/ready").status, 503);
  const std::string index = ask("POST", "/v2/repository/index").body;
  EXPECT_NE(index.find("UNAVAILABLE"), std::string::npos) << index;
}

TEST_F(ServeTest, WithNothingThatCanBeServedItSaysWhy) {
  add("bad");
  damage_model(store::Store::open(options.home)->resolve("bad")->folder);
  start();
  EXPECT_EQ(port, 0);
  wait_for_failure();
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().message.find("model/model.onnx"), std::string::npos)
      << outcome.error().message;
}

TEST_F(ServeTest, ATakenPortIsSaidWithTheFix) {
  options.bundles = {bundle("echo")};
  start();
  ServeOptions second = options;
  second.http_port = port;
  const auto refused = serve(second, log, [](const std::string&) {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_NE(refused.error().fix.find("--http-port 0"), std::string::npos);
}

TEST_F(ServeTest, SighupServesNewVersionsAndNamesAndDropsRemovedOnes) {
  add("echo");
  add("gone");
  start();
  EXPECT_NE(ask("GET", "/v2/models/echo").body.find("\"versions\":[\"1\"]"), std::string::npos);
  add("echo", "Apache-2.0");
  add("fresh");
  ASSERT_TRUE(store::Store::open(options.home)->remove("gone"));
  ASSERT_EQ(::kill(::getpid(), SIGHUP), 0);
  while (ask("GET", "/v2/models/echo").body.find("\"versions\":[\"2\"]") == std::string::npos) {
    EXPECT_EQ(ask("POST", "/v2/models/echo/infer", kRow).status, 200);
  }
  EXPECT_EQ(ask("POST", "/v2/models/fresh/infer", kRow).status, 200);
  EXPECT_EQ(ask("POST", "/v2/models/gone/infer", kRow).status, 404);
}

TEST_F(ServeTest, AVersionThatDoesNotLoadLeavesTheOldOneAtWork) {
  add("echo");
  start();
  add("echo", "Apache-2.0");
  damage_model(store::Store::open(options.home)->resolve("echo")->folder);
  ASSERT_EQ(::kill(::getpid(), SIGHUP), 0);
  const auto refused = [this] {
    const std::lock_guard lock(log_mutex);
    return log_text.find("function_not_loaded") != std::string::npos;
  };
  while (!refused()) EXPECT_EQ(ask("GET", "/healthz").status, 200);
  const ClientAnswer answer = ask("POST", "/v2/models/echo/infer", kRow);
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("\"model_version\":\"1\""), std::string::npos);
}

TEST_F(ServeTest, AModelThatTheEngineRefusesReplacesNothing) {
  add("echo");
  start();
  auto store = store::Store::open(options.home);
  ASSERT_TRUE(store->add(write_bundle(path(), "echo", kModels / "truncated.onnx"), "echo"));
  const ClientAnswer refused = ask("POST", "/v2/repository/models/echo/load");
  EXPECT_NE(refused.status, 200);
  EXPECT_NE(refused.body.find("\"error\""), std::string::npos) << refused.body;
  const ClientAnswer answer = ask("POST", "/v2/models/echo/infer", kRow);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_NE(answer.body.find("\"model_version\":\"1\""), std::string::npos);
}

TEST_F(ServeTest, LoadsAndUnloadsByTheProtocol) {
  add("echo");
  start();
  add("later");
  const std::string index = ask("POST", "/v2/repository/index").body;
  EXPECT_NE(index.find("\"later\""), std::string::npos) << index;
  EXPECT_EQ(ask("POST", "/v2/models/later/infer", kRow).status, 404);
  EXPECT_EQ(ask("POST", "/v2/repository/models/later/load").status, 200);
  EXPECT_EQ(ask("POST", "/v2/models/later/infer", kRow).status, 200);
  EXPECT_EQ(ask("POST", "/v2/repository/models/echo/unload").status, 200);
  EXPECT_EQ(ask("POST", "/v2/models/echo/infer", kRow).status, 503);
  EXPECT_EQ(ask("POST", "/v2/repository/models/echo/load").status, 200);
  EXPECT_EQ(ask("POST", "/v2/models/echo/infer", kRow).status, 200);
  EXPECT_EQ(ask("POST", "/v2/repository/models/nobody/load").status, 404);
}

TEST_F(ServeTest, MetricsTellOfProcessesAndPromtoolAcceptsThem) {
  options.bundles = {bundle("echo")};
  start();
  EXPECT_EQ(ask("POST", "/v2/models/echo/infer", kRow).status, 200);
  const Time start_of_wait = Clock::now();
  // The answer may come before the template's word of the fork.
  const std::string idle = "glowplug_instances{function=\"echo\",state=\"idle\",version=\"1\"} 1\n";
  std::string text;
  do {
    text = ask("GET", "/metrics").body;
  } while (text.find(idle) == std::string::npos && Clock::now() < start_of_wait + seconds(30));
  EXPECT_EQ(observe::testing::promtool_complaints(text), "");
  for (const char* part :
       {idle.c_str(),
        "glowplug_process_events_total{event=\"template_started\",function=\"echo\",version=\"1\"} "
        "1\n",
        "glowplug_cold_start_phase_duration_seconds_count{function=\"echo\",phase=\"fork\"",
        "glowplug_cold_starts_total{function=\"echo\",version=\"1\"} 1\n"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << text;
  }
  const std::string memory =
      "glowplug_function_memory_bytes{function=\"echo\",process=\"template\",version=\"1\"} ";
  const std::size_t at = text.find(memory);
  ASSERT_NE(at, std::string::npos);
  EXPECT_GT(std::atof(text.c_str() + at + memory.size()), 1e6);
}

}  // namespace
}  // namespace glowplug::gateway
