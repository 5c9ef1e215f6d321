#pragma once
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/loop.h"
#include "base/result.h"
#include "instances/keeper.h"
#include "instances/ring/ring.h"
#include "instances/template_process.h"

namespace glowplug::instances {

/// What a template tells its pool. Called on the loop's thread, never from inside a call to the
/// link. The link may be destroyed inside any of them.
class TemplateEvents {
 public:
  virtual void on_template_ready(const TemplateReady& ready) = 0;
  virtual void on_forked(std::uint32_t slot, pid_t pid, UniqueFd pidfd) = 0;
  virtual void on_fork_failed(std::uint32_t slot, int errno_value) = 0;
  virtual void on_exited(std::uint32_t slot, pid_t pid, ExitStatus status) = 0;
  /// A child was forked ahead and is ready, or, with 0, has ended unused. Its number is only the
  /// template's word.
  virtual void on_ahead(pid_t pid) = 0;
  /// The last event: it ended, or could not be started. `refused`: it said itself why it cannot
  /// load what it was given, or took too long; another try would most likely end the same way.
  virtual void on_template_ended(Error why, bool refused) = 0;

 protected:
  ~TemplateEvents() = default;
};

/// One template as its pool sees it: started by the keeper, spoken to over its control socket.
/// Starting, it does not block the loop, however long its model takes to load. On the loop's
/// thread.
class TemplateLink {
 public:
  /// Everything given outlives the link. `doorbell`: what its instances ring; open as long as the
  /// link lives.
  TemplateLink(Loop& loop, Keeper& keeper, CgroupHost& cgroups, TemplateEvents& events,
               const TemplateLaunch& launch, int doorbell, Duration load_timeout);
  /// Kills it; the keeper waits for its end.
  ~TemplateLink();
  TemplateLink(const TemplateLink&) = delete;
  TemplateLink& operator=(const TemplateLink&) = delete;

  [[nodiscard]] bool ready() const { return ready_; }
  /// 0 before the keeper has started it.
  [[nodiscard]] pid_t pid() const { return process_ ? process_->child.pid() : 0; }
  /// Why it has no cgroup although there are some here; empty otherwise.
  [[nodiscard]] std::string cgroup_reason() const {
    return process_ ? process_->cgroup_reason : std::string();
  }
  /// Gives it the ring of a slot, in place of one that it had for it. Only when ready.
  [[nodiscard]] Result<void> add_slot(std::uint32_t slot, const GatewayRing& ring);
  [[nodiscard]] Result<void> fork(std::uint32_t slot);
  /// SIGKILL; `why` becomes the text of on_template_ended.
  void kill(std::string why);
  /// How many processes of the function the kernel killed for lack of memory.
  [[nodiscard]] std::uint64_t out_of_memory_kills() const;

 private:
  void started(Result<TemplateProcess> process);
  void read_messages();
  void handle(ControlMessage message);
  void first(const ControlMessage& message);
  void ended();
  void report_end(Error why, bool refused);

  Loop& loop_;
  Keeper& keeper_;
  TemplateEvents& events_;
  std::optional<TemplateProcess> process_;
  Loop::Handle socket_watch_;  // after the process: they go first
  Loop::Handle end_watch_;
  Loop::Handle load_timer_;
  bool ready_ = false;
  std::string killed_because_;
  std::optional<Error> refused_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace glowplug::instances
