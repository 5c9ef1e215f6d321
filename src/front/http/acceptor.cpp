#include "front/http/acceptor.h"

#include <cerrno>

namespace glowplug::front::http {
namespace {

constexpr int kAcceptsPerPass = 64;  // requests of others get their turn between
constexpr Duration kPause = milliseconds(100);

/// Whether waiting helps; every other error of accept(2) belongs to one connection alone.
bool is_lack_of_room(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

bool Acceptor::start() {
  watch_ = loop_.watch_socket(listener_.get(), *this);
  if (watch_) watch_->want_read();
  return watch_ != nullptr;
}

void Acceptor::stop() {
  retry_.reset();
  watch_.reset();
  listener_.reset();
}

void Acceptor::on_readable() {
  for (int i = 0; i < kAcceptsPerPass && listener_; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof(peer);
    UniqueFd connection(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &size,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC));
    const int error = errno;
    if (connection) {
      accepted_(std::move(connection), peer);
    } else if (error == EAGAIN) {
      break;
    } else if (is_lack_of_room(error)) {
      return pause(error);
    }
  }
  if (watch_) watch_->want_read();
}

void Acceptor::pause(int reason) {
  retry_ = loop_.at(loop_.now() + kPause, [this] { on_readable(); });
  paused_(reason);
}

}  // namespace glowplug::front::http
