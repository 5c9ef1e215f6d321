#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "front/http/acceptor.h"
#include "front/http/body_memory.h"
#include "front/http/connection.h"
#include "front/http/deadlines.h"
#include "front/http/http_server.h"
#include "front/http/response_head.h"

namespace glowplug::front::http {

/// What the connections of one server share, and the connections.
class ServerState {
 public:
  ServerState(EpollLoop& loop, UniqueFd listener, const HttpLimits& limits, HeadCheck check,
              HttpHandler handler);
  ServerState(const ServerState&) = delete;
  ServerState& operator=(const ServerState&) = delete;
  ~ServerState() = default;

  [[nodiscard]] Result<void> start();
  void drain(std::function<void()> drained);

  [[nodiscard]] EpollLoop& loop() { return loop_; }
  [[nodiscard]] const HttpLimits& limits() const { return limits_; }
  [[nodiscard]] Deadlines& deadlines() { return deadlines_; }
  [[nodiscard]] const HeadCheck& head_check() const { return check_; }
  [[nodiscard]] const HttpHandler& handler() const { return handler_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  /// Room to read into, for the time of one call.
  [[nodiscard]] std::span<char> scratch() { return scratch_; }
  [[nodiscard]] std::string_view date_line();

  void set_refused(std::function<void(const HttpRefusal&, HttpAnswer&)> call) {
    refused_ = std::move(call);
  }
  void tell_refused(const HttpRefusal& refusal, HttpAnswer& answer) const;
  /// Room for bytes of bodies, given back by `give_room`. False: there is none.
  [[nodiscard]] bool take_room(std::uint64_t bytes);
  [[nodiscard]] bool has_room(std::uint64_t bytes) const {
    return bytes <= limits_.max_buffered_bytes - buffered_bytes_;
  }
  void give_room(std::uint64_t bytes);
  void set_body_memory(BodyMemoryCalls calls) { body_memory_.set_calls(std::move(calls)); }
  /// Called by a connection that has ended; it is destroyed when nobody uses it any more.
  void remove(const Connection& connection);

 private:
  void accept(UniqueFd fd, const sockaddr_storage& peer);

  EpollLoop& loop_;
  HttpLimits limits_;
  HeadCheck check_;
  HttpHandler handler_;
  std::function<void(const HttpRefusal&, HttpAnswer&)> refused_;
  std::uint64_t buffered_bytes_ = 0;
  BodyMemory body_memory_;
  std::function<void()> drained_;
  bool draining_ = false;
  std::uint16_t port_;
  std::uint64_t next_number_;
  std::vector<char> scratch_;
  DateLine date_;
  Deadlines deadlines_;
  Acceptor acceptor_;
  // Shared with the calls under way on a connection, which may end it.
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
};

}  // namespace glowplug::front::http
