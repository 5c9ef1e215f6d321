#include "front/http/asio_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <tuple>
#include <utility>

namespace glowplug::front::http {
namespace {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
// The executor's type is spelled out: the erased default costs about half a microsecond a request.
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
using ErrorCode = boost::system::error_code;

/// Events of one pass before the batcher gets its turn, even if more are ready.
constexpr int kEventsPerPass = 256;

/// The part of a watch that pending operations share: it outlives the handle until they have ended.
class Watched : public std::enable_shared_from_this<Watched> {
 public:
  explicit Watched(const Executor& executor) : descriptor_(executor) {}

  [[nodiscard]] bool open(int fd) {
    ErrorCode error;
    std::ignore = descriptor_.assign(fd, error);
    return !error;
  }
  void close() {
    open_ = false;
    if (!descriptor_.is_open()) return;
    std::ignore = descriptor_.release();  // the descriptor itself is the caller's
  }
  template <class Ready>
  void wait(Descriptor::wait_type what, bool& waiting, const Ready& ready) {
    if (waiting || !open_) return;
    waiting = true;
    descriptor_.async_wait(what, [self = shared_from_this(), &waiting, ready](const ErrorCode&) {
      waiting = false;
      if (self->open_) ready();  // an error too: the read that follows finds out
    });
  }

  bool reading_ = false;
  bool writing_ = false;

 private:
  Descriptor descriptor_;
  bool open_ = true;
};

class FdWatch : public SocketWatch {
 public:
  FdWatch(std::shared_ptr<Watched> watched, SocketEvents& events)
      : watched_(std::move(watched)), events_(events) {}
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;
  ~FdWatch() override { watched_->close(); }
  void want_read() override {
    watched_->wait(Descriptor::wait_read, watched_->reading_,
                   [events = &events_] { events->on_readable(); });
  }
  void want_write() override {
    watched_->wait(Descriptor::wait_write, watched_->writing_,
                   [events = &events_] { events->on_writable(); });
  }

 private:
  std::shared_ptr<Watched> watched_;
  SocketEvents& events_;
};

/// Behind Loop::watch_readable: waits again after each call.
struct Repeated : std::enable_shared_from_this<Repeated> {
  std::shared_ptr<Watched> watched;
  std::function<void()> ready;
  bool ended = false;

  void wait() {
    watched->wait(Descriptor::wait_read, watched->reading_, [self = shared_from_this()] {
      self->ready();
      if (self->ended) {
        self->ready = nullptr;
      } else {
        self->wait();
      }
    });
  }
};

class ReadableRegistration : public Loop::Registration {
 public:
  explicit ReadableRegistration(std::shared_ptr<Repeated> repeated)
      : repeated_(std::move(repeated)) {}
  ReadableRegistration(const ReadableRegistration&) = delete;
  ReadableRegistration& operator=(const ReadableRegistration&) = delete;
  ~ReadableRegistration() override {
    repeated_->ended = true;
    repeated_->watched->close();
  }

 private:
  std::shared_ptr<Repeated> repeated_;
};

struct Alarm {
  explicit Alarm(const Executor& executor) : timer(executor) {}
  Timer timer;
  std::function<void()> expired;
  bool active = true;
};

class AlarmRegistration : public Loop::Registration {
 public:
  explicit AlarmRegistration(std::shared_ptr<Alarm> alarm) : alarm_(std::move(alarm)) {}
  AlarmRegistration(const AlarmRegistration&) = delete;
  AlarmRegistration& operator=(const AlarmRegistration&) = delete;
  ~AlarmRegistration() override {
    if (!std::exchange(alarm_->active, false)) return;
    ErrorCode ignored;  // without it cancel() may throw
    alarm_->timer.cancel(ignored);
    alarm_->expired = nullptr;  // what it captured goes now, not when the loop notices
  }

 private:
  std::shared_ptr<Alarm> alarm_;
};

}  // namespace

struct AsioLoop::State {
  asio::io_context context{1};  // one thread runs it; others only post
  asio::executor_work_guard<Executor> work{context.get_executor()};
};

AsioLoop::AsioLoop() : state_(std::make_unique<State>()) {}
AsioLoop::~AsioLoop() = default;

std::unique_ptr<SocketWatch> AsioLoop::watch_socket(int fd, SocketEvents& events) {
  auto watched = std::make_shared<Watched>(state_->context.get_executor());
  if (!watched->open(fd)) return nullptr;
  return std::make_unique<FdWatch>(std::move(watched), events);
}

Loop::Handle AsioLoop::watch_readable(int fd, std::function<void()> ready) {
  auto repeated = std::make_shared<Repeated>();
  repeated->watched = std::make_shared<Watched>(state_->context.get_executor());
  if (!repeated->watched->open(fd)) return nullptr;
  repeated->ready = std::move(ready);
  repeated->wait();
  return std::make_unique<ReadableRegistration>(std::move(repeated));
}

Loop::Handle AsioLoop::at(Time when, std::function<void()> expired) {
  auto alarm = std::make_shared<Alarm>(state_->context.get_executor());
  alarm->expired = std::move(expired);
  alarm->timer.expires_at(when);
  alarm->timer.async_wait([alarm](const ErrorCode&) {
    if (!std::exchange(alarm->active, false)) return;
    const std::function<void()> call = std::move(alarm->expired);
    call();
  });
  return std::make_unique<AlarmRegistration>(std::move(alarm));
}

void AsioLoop::post(std::function<void()> task) { asio::post(state_->context, std::move(task)); }

void AsioLoop::run(const std::function<void()>& after_each_pass) {
  asio::io_context& context = state_->context;
  while (!context.stopped()) {
    context.run_one();
    for (int i = 1; i < kEventsPerPass && context.poll_one() != 0; ++i) {
    }
    if (after_each_pass) after_each_pass();
  }
  context.restart();
}

void AsioLoop::stop() { state_->context.stop(); }

}  // namespace glowplug::front::http
