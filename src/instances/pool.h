#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/loop.h"
#include "front/backend.h"
#include "instances/cgroup.h"
#include "instances/keeper.h"
#include "instances/observation.h"
#include "instances/ring/ring.h"
#include "instances/ring/template_spec.h"
#include "instances/template_budget.h"
#include "model/function_settings.h"
#include "model/signature.h"

namespace glowplug::instances {

/// What the pools of a process share. All of it outlives every pool.
struct PoolParts {
  Loop& loop;
  Keeper& keeper;
  CgroupHost& cgroups;  ///< used on the keeper's thread only
  TemplateBudget& budget;
  Log& log;
};

/// Whether a function's template keeps a child forked ahead: by itself where that costs little and
/// saves much, which is with ONNX Runtime.
[[nodiscard]] bool forks_ahead(const FunctionSettings& settings, std::string_view engine);

struct PoolOptions {
  std::string function;
  std::string version;
  Signature signature;  ///< of the bundle: with max_batch and labels
  FunctionSettings settings;
  /// What its template is told. `memory_bytes` and the names are filled in by the pool.
  TemplateSpec spec;
  std::filesystem::path handler_program;
  RingSizes ring;
  /// The clock on the wall, for settings.keep_warm.
  std::function<std::chrono::system_clock::time_point()> wall_clock =
      std::chrono::system_clock::now;
  Duration load_timeout = seconds(60);       ///< from the start of a template until it is ready
  Duration kill_grace = milliseconds(500);   ///< an instance may overrun its deadlines by this
  Duration leave_grace = milliseconds(100);  ///< an idle instance told to leave has this long
};

/// The ring back end of one function version: one template, forked into instances on demand.
///
/// At rest there is no instance; the template stays until the budget for idle templates evicts it.
/// A batch is written into its ring before the instance that will answer it is born. An instance
/// has at most two batches in flight. It leaves after idle_timeout without work, but for
/// min_instances, or what keep_warm asks for at that hour; while the function is in use, `parked`
/// more are kept ready.
///
/// What can go wrong is answered as DESIGN.md section 3 says. Batches of an instance that died end
/// as instance_lost, `begun` telling whether it had started with them. A template that refuses its
/// model, or that fails several times in a row, makes health() and every batch `unavailable` with
/// the reason, until a later try works.
///
/// On the loop's thread.
class Pool : public front::Backend {
 public:
  /// Starts nothing unless settings.min_instances > 0 or settings.keep_warm says so now. `observer`
  /// may be null and outlives the pool. Errors: exhausted (no descriptors left).
  [[nodiscard]] static Result<std::unique_ptr<Pool>> create(const PoolParts& parts,
                                                            PoolOptions options,
                                                            PoolObserver* observer);
  /// Kills what runs; batches in flight end as unavailable. Returns at once: the keeper waits for
  /// the processes.
  ~Pool() override;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  [[nodiscard]] const Signature& signature() const override;
  [[nodiscard]] std::size_t free_batches() const override;
  [[nodiscard]] std::size_t idle_instances() const override;
  void submit(front::Batch batch) override;
  void backlog(std::size_t batches, Duration oldest) override;
  void on_room(std::function<void()> call) override;
  [[nodiscard]] Result<void> health() const override;

  /// Starts the template now, without a request (after a deployment, say).
  void warm();
  /// Lets batches in flight finish, then ends instances and template and calls `drained`, once,
  /// later. The caller submits nothing new any more; what was lost and comes back is still taken.
  void drain(std::function<void()> drained);

  /// Figures now; `memory` as of the last refresh_memory().
  [[nodiscard]] PoolSnapshot snapshot() const;
  /// Has the keeper read the memory of all processes; at most one reading is under way.
  void refresh_memory();

 private:
  class Body;
  explicit Pool(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace glowplug::instances
