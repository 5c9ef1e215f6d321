#pragma once
#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/fd.h"
#include "base/time.h"
#include "front/http/busy_poll.h"

namespace glowplug::front::http {

/// What is to be called for one descriptor. Owned by its Poller from `retire` on.
class Polled {
 public:
  explicit Polled(int fd) : fd_(fd) {}
  Polled(const Polled&) = delete;
  Polled& operator=(const Polled&) = delete;
  virtual ~Polled() = default;

  /// `events`: EPOLLIN and EPOLLOUT; both where the descriptor is in error or hung up. What is said
  /// again and again without being wanted is taken out of the kernel's list by the Poller.
  virtual void on_events(std::uint32_t events) = 0;
  /// EPOLLIN and EPOLLOUT as they are wanted now.
  [[nodiscard]] virtual std::uint32_t wanted() const = 0;

 protected:
  [[nodiscard]] bool is_retired() const { return retired_; }

 private:
  friend class Poller;
  int fd_;
  std::uint32_t told_ = 0;  // what the kernel was told last
  bool known_ = false;      // the kernel has it
  bool retired_ = false;
};

/// epoll with lazy interest: the kernel is told at once of more that is wanted, of less only when
/// it reports something that nobody wants. One thread.
class Poller {
 public:
  /// Ends the process where the kernel has no descriptor left: without one a loop would spin.
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Waits for something to read from now on. False: the kernel refuses.
  [[nodiscard]] bool add(Polled& polled);
  /// To be called when more is wanted than before.
  void update(Polled& polled);
  /// Ends it: none of its events is told any more. It is freed before the next wait, when no list
  /// of what is ready has it.
  void retire(std::unique_ptr<Polled> polled);
  void free_retired();

  enum class Wait { look, until_ready };
  /// Calls what is ready, at most kMostEvents, while `stopped` is false.
  void wait(Wait how, const std::atomic<bool>& stopped);
  /// From now on a wait may look for some time before it sleeps (busy_poll.h), if `may_look`, which
  /// is asked once, when it would first do so.
  void look_before_sleep(std::function<bool()> may_look);
  /// So few that what a pass touches stays in the caches.
  static constexpr std::size_t kMostEvents = 32;

 private:
  [[nodiscard]] bool tell(Polled& polled, std::uint32_t wanted);
  void dispatch(const epoll_event& event);
  /// What is ready, into ready_; how many.
  [[nodiscard]] int take(int timeout_ms);
  [[nodiscard]] int take_when_ready();
  [[nodiscard]] int look_until(Time end);
  [[nodiscard]] Duration time_to_look();

  UniqueFd epoll_;
  std::array<epoll_event, kMostEvents> ready_{};
  std::vector<std::unique_ptr<Polled>> retired_;
  std::optional<BusyPoll> busy_poll_;
  std::function<bool()> may_look_;  // empty: asked
};

}  // namespace glowplug::front::http
