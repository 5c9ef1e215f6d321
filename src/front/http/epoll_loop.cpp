#include "front/http/epoll_loop.h"

#include <atomic>
#include <thread>
#include <utility>

#include "base/check.h"
#include "front/http/alarm_clock.h"
#include "front/http/alarms.h"
#include "front/http/mailbox.h"
#include "front/http/poller.h"

namespace glowplug::front::http {
namespace {

/// Tasks and timers of one pass before the batcher gets its turn, even if more are due.
constexpr std::size_t kCallsPerPass = 256;

class PolledSocket final : public Polled {
 public:
  PolledSocket(int fd, SocketEvents& events) : Polled(fd), events_(events) {}
  void on_events(std::uint32_t events) override {
    if ((events & EPOLLIN) != 0 && std::exchange(reading, false)) events_.on_readable();
    if (is_retired()) return;
    if ((events & EPOLLOUT) != 0 && std::exchange(writing, false)) events_.on_writable();
  }
  [[nodiscard]] std::uint32_t wanted() const override {
    return (reading ? std::uint32_t{EPOLLIN} : 0U) | (writing ? std::uint32_t{EPOLLOUT} : 0U);
  }
  bool reading = false;
  bool writing = false;

 private:
  SocketEvents& events_;
};

class FdWatch final : public SocketWatch {
 public:
  FdWatch(Poller& poller, std::unique_ptr<PolledSocket> polled)
      : poller_(poller), polled_(std::move(polled)) {}
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;
  ~FdWatch() override { poller_.retire(std::move(polled_)); }
  void want_read() override {
    polled_->reading = true;
    poller_.update(*polled_);
  }
  void want_write() override {
    polled_->writing = true;
    poller_.update(*polled_);
  }

 private:
  Poller& poller_;
  std::unique_ptr<PolledSocket> polled_;
};

class PolledReadable final : public Polled {
 public:
  PolledReadable(int fd, std::function<void()> ready) : Polled(fd), ready_(std::move(ready)) {}
  void on_events(std::uint32_t /*events*/) override { ready_(); }
  [[nodiscard]] std::uint32_t wanted() const override { return EPOLLIN; }

 private:
  std::function<void()> ready_;
};

class ReadableRegistration final : public Loop::Registration {
 public:
  ReadableRegistration(Poller& poller, std::unique_ptr<Polled> polled)
      : poller_(poller), polled_(std::move(polled)) {}
  ReadableRegistration(const ReadableRegistration&) = delete;
  ReadableRegistration& operator=(const ReadableRegistration&) = delete;
  ~ReadableRegistration() override { poller_.retire(std::move(polled_)); }

 private:
  Poller& poller_;
  std::unique_ptr<Polled> polled_;
};

}  // namespace

struct EpollLoop::State {
  State()
      : wake(std::make_unique<PolledReadable>(mailbox.fd(), [this] { mailbox.awake(); })),
        ring(std::make_unique<PolledReadable>(clock.fd(), [this] { clock.expired(); })) {
    GLOWPLUG_CHECK(poller.add(*wake) && poller.add(*ring));
  }

  void look() {
    if (const auto next = alarms.next()) clock.set(*next);
    poller.wait(mailbox.is_empty() ? Poller::Wait::until_ready : Poller::Wait::look, stopped);
  }
  void ring_alarms() {
    if (!clock.take_expired()) return;
    const Time now = Clock::now();
    for (std::size_t i = 0; i < kCallsPerPass && !stopped.load(std::memory_order_relaxed); ++i) {
      const std::function<void()> expired = alarms.take_due(now);
      if (!expired) return;
      expired();
    }
  }
  void run_tasks() {
    for (std::size_t i = 0; i < kCallsPerPass && !stopped.load(std::memory_order_relaxed); ++i) {
      const std::function<void()> task = mailbox.take();
      if (!task) return;
      task();
    }
  }

  // In this order: what a task holds may end a watch or an alarm.
  Poller poller;
  Alarms alarms;
  AlarmClock clock;
  Mailbox mailbox;
  std::unique_ptr<Polled> wake, ring;
  std::atomic<bool> stopped = false;
};

EpollLoop::EpollLoop() : state_(std::make_unique<State>()) {}
EpollLoop::~EpollLoop() = default;

std::unique_ptr<SocketWatch> EpollLoop::watch_socket(int fd, SocketEvents& events) {
  auto polled = std::make_unique<PolledSocket>(fd, events);
  if (!state_->poller.add(*polled)) return nullptr;
  return std::make_unique<FdWatch>(state_->poller, std::move(polled));
}

Loop::Handle EpollLoop::watch_readable(int fd, std::function<void()> ready) {
  auto polled = std::make_unique<PolledReadable>(fd, std::move(ready));
  if (!state_->poller.add(*polled)) return nullptr;
  return std::make_unique<ReadableRegistration>(state_->poller, std::move(polled));
}

Loop::Handle EpollLoop::at(Time when, std::function<void()> expired) {
  return state_->alarms.add(when, std::move(expired));
}

void EpollLoop::post(std::function<void()> task) { state_->mailbox.post(std::move(task)); }

void EpollLoop::run(const std::function<void()>& after_each_pass) {
  State& state = *state_;
  state.mailbox.read_by(std::this_thread::get_id());
  bool looked = true;
  while (!state.stopped.load()) {
    // What a pass left to do, such as the batch it made, comes before the next look at the sockets.
    looked = !looked || state.mailbox.is_empty();
    if (looked) {
      state.look();
      state.ring_alarms();
    }
    state.run_tasks();
    if (after_each_pass) after_each_pass();
  }
  state.mailbox.read_by({});
  state.stopped.store(false);
}

void EpollLoop::look_before_sleep(std::function<bool()> may_look) {
  state_->poller.look_before_sleep(std::move(may_look));
}

void EpollLoop::stop() {
  state_->stopped.store(true);
  state_->mailbox.wake();
}

}  // namespace glowplug::front::http
