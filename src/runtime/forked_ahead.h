#pragma once
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>

#include "base/fd.h"

namespace glowplug::runtime {

/// The one child that a template without instances keeps forked for its next wake
/// (instance_process.h, run_ahead): at most one at a time, for one slot. A child that ends unused
/// is forked again, until kMostLost have; then none until an instance was forked. In the template.
class ForkedAhead {
 public:
  static constexpr int kMostLost = 3;

  explicit ForkedAhead(bool wanted) : wanted_(wanted) {}
  ForkedAhead(const ForkedAhead&) = delete;
  ForkedAhead& operator=(const ForkedAhead&) = delete;

  /// One may be forked: it is wanted, there is none, and not too many have ended.
  [[nodiscard]] bool may_fork() const { return wanted_ && pid_ == 0 && lost_ < kMostLost; }
  [[nodiscard]] bool any() const { return pid_ != 0; }
  /// Whether it can give memory back that it holds for a first run.
  [[nodiscard]] bool stocked() const { return ready_ && stocked_; }
  [[nodiscard]] std::uint32_t slot() const { return slot_; }
  /// None until an instance was forked.
  void give_up() { lost_ = kMostLost; }
  /// Readable when it has become ready, or ended; -1: there is none, or it is ready.
  [[nodiscard]] int watched() const { return pid_ != 0 && !ready_ ? word_.get() : -1; }

  /// Forks it. `child` runs there, with its end of the socket, and does not return. False: the
  /// system had no process or descriptor.
  bool fork(std::uint32_t slot, const std::function<void(int word)>& child);
  /// After `watched` was readable: its number if it is ready now.
  std::optional<pid_t> read_ready();
  void give_memory_back();
  /// Tells it to serve: its number, and it is an instance from now on. Nullopt where there is none
  /// that is ready for `slot`.
  [[nodiscard]] std::optional<pid_t> take(std::uint32_t slot);
  /// Kills it, if there is one: what it was forked with is out of date.
  void drop();
  /// Whether `pid`, which was reaped, was it.
  [[nodiscard]] bool ended(pid_t pid);

 private:
  [[nodiscard]] bool say(char word) const;
  void forget();

  bool wanted_;
  int lost_ = 0;  // one after the other
  pid_t pid_ = 0;
  std::uint32_t slot_ = 0;
  UniqueFd word_;
  bool ready_ = false;
  bool stocked_ = false;
};

}  // namespace glowplug::runtime
