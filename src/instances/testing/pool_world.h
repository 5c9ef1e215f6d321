#pragma once
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "front/function_queue.h"
#include "instances/pool.h"
#include "instances/testing/step_loop.h"

namespace glowplug::instances::testing {

/// The processes that name `parent` as theirs, dead but unreaped ones left out.
[[nodiscard]] inline std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "stat");
    std::string stat;
    std::getline(file, stat);
    const std::size_t end = stat.rfind(") ");
    if (end == std::string::npos) continue;
    char state = 0;
    pid_t its_parent = 0;
    std::istringstream(stat.substr(end + 2)) >> state >> its_parent;
    if (its_parent == parent && state != 'Z') found.push_back(std::stoi(name));
  }
  return found;
}

/// A queue over a pool with the fake template, and what a gateway has around them.
class PoolWorld : private PoolObserver {
 public:
  /// `behavior`: words of fake_template.cpp.
  explicit PoolWorld(const std::string& behavior, const FunctionSettings& settings = {},
                     std::uint64_t budget_bytes = std::uint64_t{1} << 30)
      : PoolWorld(fake(behavior, settings), CgroupHost::none("a test"), budget_bytes) {}
  /// A model that takes x FP32[-1,1] and gives y of the same shape.
  PoolWorld(PoolOptions options, CgroupHost host, std::uint64_t budget_bytes)
      : cgroups(std::move(host)), budget(budget_bytes) {
    options.signature.inputs = {{"x", Datatype::fp32, {-1, 1}, false, {}}};
    options.signature.outputs = {{"y", Datatype::fp32, {-1, 1}, false, {}}};
    options.signature.max_batch = 8;
    options.ring = {4096, 4096};
    auto made = Pool::create({loop, keeper, cgroups, budget, log}, std::move(options), this);
    pool = *std::move(made);
    queue = std::make_unique<front::FunctionQueue>(
        loop, *pool, front::QueueLimits{.max_rows = 512, .max_bytes = 1 << 20, .max_batch = 8});
  }
  [[nodiscard]] static PoolOptions fake(const std::string& behavior,
                                        const FunctionSettings& settings) {
    PoolOptions options;
    options.function = "plus_one";
    options.version = "1";
    options.settings = settings;
    options.spec.model = behavior;
    options.handler_program = GLOWPLUG_FAKE_TEMPLATE;
    return options;
  }
  ~PoolWorld() override = default;
  PoolWorld(const PoolWorld&) = delete;
  PoolWorld& operator=(const PoolWorld&) = delete;

  struct Answer {
    std::optional<Result<InferResponse>> result;
    [[nodiscard]] bool arrived() const { return result.has_value(); }
    [[nodiscard]] bool good() const { return arrived() && result->has_value(); }
    [[nodiscard]] Error error() const { return arrived() && !*result ? result->error() : Error{}; }
    [[nodiscard]] float value() const {
      float number = 0;
      if (good()) std::memcpy(&number, (*result)->outputs.at(0).bytes.data(), sizeof number);
      return number;
    }
  };
  using AnswerPtr = std::shared_ptr<Answer>;

  AnswerPtr send(float value, Duration limit = seconds(50)) {
    auto answer = std::make_shared<Answer>();
    InferRequest request;
    request.rows = 1;
    std::vector<std::byte> bytes(sizeof value);
    std::memcpy(bytes.data(), &value, sizeof value);
    request.decoded.push_back(std::move(bytes));
    request.inputs.push_back({true, {1, 1}, request.decoded.back()});
    request.outputs.push_back({0, false, 0});
    const Time now = loop.now();
    (void)queue->submit(std::move(request), now, now + limit,
                        [answer](const InferRequest&, Result<InferResponse> result) {
                          answer->result.emplace(std::move(result));
                        });
    queue->flush();
    return answer;
  }
  [[nodiscard]] bool run_until(const std::function<bool()>& holds) {
    return loop.run_until([&] {
      queue->flush();
      return holds();
    });
  }
  [[nodiscard]] bool wait(const AnswerPtr& answer) {
    return run_until([&] { return answer->arrived(); });
  }
  /// Sends and waits, also until the pool has heard of the instance, which may answer before that.
  [[nodiscard]] AnswerPtr ask(float value) {
    const AnswerPtr answer = send(value);
    (void)run_until([&] { return answer->arrived() && states().starting == 0; });
    return answer;
  }

  [[nodiscard]] PoolCounts counts() const { return pool->snapshot().counts; }
  [[nodiscard]] InstancesByState states() const { return pool->snapshot().instances; }
  /// 0 when there is none; the newest where an old one is not reaped yet.
  [[nodiscard]] static pid_t template_pid() {
    const std::vector<pid_t> pids = children_of(::getpid());
    return pids.empty() ? 0 : *std::max_element(pids.begin(), pids.end());
  }
  [[nodiscard]] static std::vector<pid_t> instance_pids() {
    const pid_t parent = template_pid();
    return parent == 0 ? std::vector<pid_t>() : children_of(parent);
  }

  StepLoop loop;
  CgroupHost cgroups;
  TemplateBudget budget;
  std::vector<std::string> lines;  // of the log
  Log log{Log::Format::json, LogLevel::info,
          [this](std::string_view line) { lines.emplace_back(line); }};
  Keeper keeper;
  std::vector<ColdStart> cold_starts;
  std::vector<TemplateStart> template_starts;
  std::vector<scale::EvictionReason> evictions;
  std::unique_ptr<Pool> pool;
  std::unique_ptr<front::FunctionQueue> queue;  // after the pool: goes first

 private:
  void on_template_start(const TemplateStart& start) override { template_starts.push_back(start); }
  void on_cold_start(const ColdStart& start) override { cold_starts.push_back(start); }
  void on_eviction(scale::EvictionReason reason) override { evictions.push_back(reason); }
};

}  // namespace glowplug::instances::testing
