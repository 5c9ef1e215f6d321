#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "base/loop.h"
#include "base/mutex.h"

namespace glowplug::instances {

/// The thread for chores that block: starting a process, making a cgroup, waiting for a killed
/// child, reading /proc. Chores run one after another in the order given.
///
/// Children ask for SIGKILL when the *thread* that made them ends (PR_SET_PDEATHSIG), so templates
/// are started here and the keeper lives as long as anything that it started. Destroy it after all
/// pools and before the loop.
class Keeper {
 public:
  Keeper();
  /// Runs the chores that are left, then ends the thread.
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  /// From any thread. `chore` must not throw.
  void run(std::function<void()> chore) EXCLUDES(mutex_);

  /// Runs `chore` here and gives what it returned to `done`, on the thread of `loop`.
  template <class Chore, class Done>
  void run(Loop& loop, Chore chore, Done done) {
    using Value = decltype(chore());
    // Held by a copyable std::function, and read once.
    auto work = std::make_shared<std::pair<Chore, Done>>(std::move(chore), std::move(done));
    run([&loop, work] {
      auto value = std::make_shared<Value>(work->first());
      loop.post([work, value] { work->second(std::move(*value)); });
    });
  }

 private:
  void serve() EXCLUDES(mutex_);
  [[nodiscard]] std::function<void()> next() EXCLUDES(mutex_);

  Mutex mutex_;
  ConditionVariable changed_;
  std::deque<std::function<void()>> chores_ GUARDED_BY(mutex_);
  bool ending_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses the members above
};

}  // namespace glowplug::instances
