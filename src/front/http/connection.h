#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/time.h"
#include "front/http/deadlines.h"
#include "front/http/epoll_loop.h"
#include "front/http/http_message.h"
#include "front/http/outgoing.h"
#include "front/http/refusal.h"
#include "front/http/request_parser.h"

namespace glowplug::front::http {

class Exchange;
class ServerState;

/// One client's connection. It takes one request at a time: bytes that come meanwhile are kept, and
/// beyond a bound left to the kernel, which slows the client down.
///
///     open ── an answer that says "close" is sent ──▶ lingering ──▶ closed
///
/// Lingering: our direction is ended and input thrown away, so that the kernel does not reset the
/// connection under a client that still sends and has not read its answer.
class Connection final : public SocketEvents,
                         public Deadlines::Item,
                         public std::enable_shared_from_this<Connection> {
 public:
  Connection(ServerState& server, UniqueFd fd, std::string peer, std::uint64_t number);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// False if the loop cannot watch the socket; then nothing has happened.
  [[nodiscard]] bool start();
  /// Answers before any request, and ends.
  void turn_away(const Refusal& refusal);
  /// The server drains: ends now if no request is under way, else with its answer.
  void drain();
  [[nodiscard]] std::uint64_t number() const { return number_; }

  /// Of the exchange: the answer of the request under way, or that it was forgotten.
  void answer(HttpAnswer answer);
  void abandon(bool client_gone);

 private:
  enum class State { open, lingering, closed };

  void on_readable() override;
  void on_writable() override;
  void expired() override;

  void take(std::string_view bytes);
  void pump(std::string_view fresh);
  void take_requests(std::string_view& input);
  [[nodiscard]] bool take_step(std::string_view& input);
  void begin_request();
  void begin_body(std::string_view& input);
  void decline(HttpAnswer answer, std::string_view& input);
  void hand_over();
  void reply(HttpAnswer answer);
  void refuse(const Refusal& refusal);
  /// Room for the body as it comes; false: refused.
  [[nodiscard]] bool hold_body(std::uint64_t bytes);
  void release_body();
  void flush();
  void settle();
  void end_of_input();
  void client_ended();
  void finish();
  void linger();
  void discard_input();
  void close();
  [[nodiscard]] bool is_idle() const;
  [[nodiscard]] bool ready_for_request() const;
  [[nodiscard]] bool is_trickling() const;
  [[nodiscard]] Time deadline() const;

  ServerState& server_;
  UniqueFd fd_;
  const std::string peer_;
  const std::uint64_t number_;
  std::unique_ptr<SocketWatch> watch_;
  State state_ = State::open;

  RequestParser parser_;
  std::string backlog_;  // read but not yet taken
  Outgoing out_;
  Exchange* exchange_ = nullptr;  // of the request under way; detached when one of us ends

  // What the request under way says of its answer.
  bool keep_alive_ = true;
  bool head_only_ = false;
  int minor_version_ = 1;

  bool has_head_ = false;         // of the request that is being read
  std::uint64_t held_bytes_ = 0;  // of the server's room for bodies

  bool pumping_ = false;       // answers given inside it are sent at its end
  bool closing_ = false;       // after what is in out_
  bool against_wish_ = false;  // we close, the client would go on
  bool write_blocked_ = false;
  bool client_ended_ = false;    // it sends nothing more
  std::uint64_t discarded_ = 0;  // bytes, lingering

  Time idle_since_;
  Time first_byte_;  // of the head
  Time read_at_;     // when something came at last
  Time body_began_;
  Time write_progress_;  // when the socket took something at last
  Time linger_until_;
};

}  // namespace glowplug::front::http
