#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "front/http/body_memory.h"
#include "front/http/epoll_loop.h"
#include "front/http/http_limits.h"
#include "front/http/http_message.h"

namespace glowplug::front::http {

class Connection;
class ServerState;

/// One request that waits for its answer. Lives as long as somebody holds it, also after its
/// connection has gone. On the loop's thread only.
class Exchange {
 public:
  explicit Exchange(Connection& connection) : connection_(&connection) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  /// An exchange that is dropped without an answer is answered 500, or closed if the client left.
  ~Exchange();

  /// Sends the answer; the first call counts, later ones do nothing. May be called inside the
  /// handler or at any time after it. Is sent also when the client ended only its own direction.
  void respond(HttpAnswer answer);
  /// Whether the client closed the connection or its sending direction, or was lost. The two kinds
  /// of closing look the same from here: who answers all the same reaches a client that only ended
  /// its own direction.
  [[nodiscard]] bool gone() const { return gone_; }
  /// `call` is called once when the client leaves before the answer; at once if it has left. It is
  /// forgotten when the answer is given. It may respond() or drop the exchange.
  void on_gone(std::function<void()> call);

 private:
  friend class Connection;
  void detach() { connection_ = nullptr; }
  void client_left();

  Connection* connection_;  // null: answered, or the connection ended
  bool gone_ = false;
  std::function<void()> on_gone_;
};

/// Called with each whole request. Answers through the exchange, now or later.
using HttpHandler = std::function<void(HttpRequest, std::shared_ptr<Exchange>)>;
/// What is known beside the head when it has come.
struct HeadContext {
  std::string_view peer;  ///< as HttpRequest::peer; for the time of the call
  Time first_byte;
  std::uint64_t announced_bytes = 0;  ///< Content-Length; 0 without one
};
/// Called at the end of a head, before the body is read and before "100 Continue": an answer here
/// is the answer, and the handler is not called. The connection ends after it, unless the whole
/// body came in the same read as its head.
using HeadCheck = std::function<std::optional<HttpAnswer>(const HttpHead&, const HeadContext&)>;

/// A request that the server answered itself, or a pause of accepting (status 0: no file
/// descriptors, no memory), for logs and counters.
struct HttpRefusal {
  int status = 0;
  std::string_view text{};
  std::string_view peer{};
  const HttpHead* head = nullptr;  ///< if it had come whole
  std::size_t received_bytes = 0;  ///< of the body
  Time first_byte{};
};

/// HTTP/1.1 server (RFC 9110, 9112) on one listening socket. Knows nothing of models.
///
/// Requests of a connection are answered one after the other, in order: bytes of later ones are
/// kept. What is not HTTP, exceeds a limit or comes too slowly is answered with
/// {"error": "…"} by the server, and the connection ends.
/// All calls on the loop's thread. Must be destroyed before the loop, and not inside a handler, a
/// head check or on_gone; exchanges that live on are then without a connection.
class HttpServer {
 public:
  /// Listens on `host` (address or name; "*" or "" is every address) and `port` (0: a free one).
  /// `check` may be empty. Errors: invalid_argument (no such host), already_exists (address in
  /// use), permission_denied, internal.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen(
      EpollLoop& loop, const std::string& host, std::uint16_t port, const HttpLimits& limits,
      HeadCheck check, HttpHandler handler);
  /// The same on a socket that listens already (TCP or unix), e.g. an inherited one.
  /// Errors: invalid_argument (does not listen).
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> adopt(EpollLoop& loop, UniqueFd listener,
                                                                 const HttpLimits& limits,
                                                                 HeadCheck check,
                                                                 HttpHandler handler);
  ~HttpServer();

  /// The port of the listening socket; 0 for a unix socket.
  [[nodiscard]] std::uint16_t port() const;
  /// Closes the listener and connections without a request; the others end with their next answer.
  /// `drained` is called from the loop when the last one has ended; it may destroy the server.
  void drain(std::function<void()> drained = {});
  [[nodiscard]] std::size_t connections() const;
  /// `call` hears of every request that the server answers by itself, and may add fields to the
  /// answer; with status 0 there is none.
  void on_refusal(std::function<void(const HttpRefusal&, HttpAnswer&)> call);
  /// From now on `calls` hear of the memory that bodies take and leave (body_memory.h).
  void use_body_memory(BodyMemoryCalls calls);

 private:
  explicit HttpServer(std::unique_ptr<ServerState> state);
  std::unique_ptr<ServerState> state_;
};

}  // namespace glowplug::front::http
