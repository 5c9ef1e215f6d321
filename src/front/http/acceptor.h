#pragma once
#include <sys/socket.h>

#include <functional>
#include <memory>
#include <utility>

#include "base/fd.h"
#include "front/http/epoll_loop.h"

namespace glowplug::front::http {

/// Takes connections from a listening socket. Errors of one connection are passed over; when the
/// process or the machine has no room for another one, it pauses and tries again.
class Acceptor : private SocketEvents {
 public:
  using Accepted = std::function<void(UniqueFd connection, const sockaddr_storage& peer)>;
  using Paused = std::function<void(int errno_value)>;

  /// `listener` is non-blocking and listens. `paused` hears why accepting pauses.
  Acceptor(EpollLoop& loop, UniqueFd listener, Accepted accepted, Paused paused)
      : loop_(loop),
        listener_(std::move(listener)),
        accepted_(std::move(accepted)),
        paused_(std::move(paused)) {}
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  ~Acceptor() = default;

  /// False if the loop cannot watch the socket.
  [[nodiscard]] bool start();
  /// Closes the listening socket: clients are refused from now on.
  void stop();
  [[nodiscard]] int fd() const { return listener_.get(); }

 private:
  void on_readable() override;
  void on_writable() override {}
  void pause(int reason);

  EpollLoop& loop_;
  UniqueFd listener_;
  Accepted accepted_;
  Paused paused_;
  std::unique_ptr<SocketWatch> watch_;
  Loop::Handle retry_;
};

}  // namespace glowplug::front::http
