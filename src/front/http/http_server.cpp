#include "front/http/http_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cstring>
#include <utility>

#include "front/http/listening_socket.h"
#include "front/http/server_state.h"

namespace glowplug::front::http {
namespace {

constexpr std::size_t kScratchBytes = std::size_t{256} << 10;  // of one read
/// Connections beyond the limit that may be told so at one time; more are just closed.
constexpr std::size_t kTurnedAway = 64;
/// Connections of different servers of a process differ.
constexpr std::uint64_t kNumbersPerPort = std::uint64_t{1} << 44;

void send_at_once(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));  // unix sockets have no such delay
}

}  // namespace

ServerState::ServerState(EpollLoop& loop, UniqueFd listener, const HttpLimits& limits,
                         HeadCheck check, HttpHandler handler)
    : loop_(loop),
      limits_(limits),
      check_(std::move(check)),
      handler_(std::move(handler)),
      body_memory_(loop),
      port_(port_of(listener.get())),
      next_number_(port_ * kNumbersPerPort + 1),
      scratch_(kScratchBytes),
      deadlines_(loop),
      acceptor_(
          loop, std::move(listener),
          [this](UniqueFd fd, const sockaddr_storage& peer) { accept(std::move(fd), peer); },
          [this](int reason) {
            const std::string text =
                std::string("cannot accept connections: ") + std::strerror(reason);
            HttpAnswer none;
            tell_refused({.status = 0, .text = text}, none);
          }) {}

Result<void> ServerState::start() {
  if (acceptor_.start()) return {};
  return Error{Code::internal, "the event loop cannot watch the listening socket", {}};
}

void ServerState::accept(UniqueFd fd, const sockaddr_storage& peer) {
  if (connections_.size() >= limits_.max_connections + kTurnedAway) return;
  const bool full = connections_.size() >= limits_.max_connections;
  send_at_once(fd.get());
  const auto connection =
      std::make_shared<Connection>(*this, std::move(fd), text_of(peer), next_number_++);
  connections_.emplace(connection->number(), connection);
  if (!connection->start()) return remove(*connection);
  if (!full) return;
  const std::string text = "more than " + std::to_string(limits_.max_connections) +
                           " connections are open (max_connections)";
  connection->turn_away({503, text, {"Retry-After", "1"}});
}

void ServerState::drain(std::function<void()> drained) {
  draining_ = true;
  drained_ = std::move(drained);
  acceptor_.stop();
  std::vector<std::shared_ptr<Connection>> open;
  open.reserve(connections_.size());
  for (const auto& [number, connection] : connections_) open.push_back(connection);
  for (const auto& connection : open) connection->drain();
  if (connections_.empty() && drained_) loop_.post(std::exchange(drained_, nullptr));
}

void ServerState::remove(const Connection& connection) {
  connections_.erase(connection.number());
  if (connections_.empty() && drained_) loop_.post(std::exchange(drained_, nullptr));
}

std::string_view ServerState::date_line() { return date_.at(std::time(nullptr)); }

void ServerState::tell_refused(const HttpRefusal& refusal, HttpAnswer& answer) const {
  if (refused_) refused_(refusal, answer);
}

bool ServerState::take_room(std::uint64_t bytes) {
  if (!has_room(bytes)) return false;
  buffered_bytes_ += bytes;
  body_memory_.in_use(buffered_bytes_);
  return true;
}

void ServerState::give_room(std::uint64_t bytes) {
  if (bytes == 0) return;
  buffered_bytes_ -= bytes;
  body_memory_.in_use(buffered_bytes_);
}

HttpServer::HttpServer(std::unique_ptr<ServerState> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::listen(EpollLoop& loop, const std::string& host,
                                                       std::uint16_t port, const HttpLimits& limits,
                                                       HeadCheck check, HttpHandler handler) {
  GLOWPLUG_ASSIGN(UniqueFd listener, listen_on(host, port));
  return adopt(loop, std::move(listener), limits, std::move(check), std::move(handler));
}

Result<std::unique_ptr<HttpServer>> HttpServer::adopt(EpollLoop& loop, UniqueFd listener,
                                                      const HttpLimits& limits, HeadCheck check,
                                                      HttpHandler handler) {
  GLOWPLUG_TRY(prepare_listener(listener.get()));
  auto state = std::make_unique<ServerState>(loop, std::move(listener), limits, std::move(check),
                                             std::move(handler));
  GLOWPLUG_TRY(state->start());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

std::uint16_t HttpServer::port() const { return state_->port(); }
void HttpServer::drain(std::function<void()> drained) { state_->drain(std::move(drained)); }
std::size_t HttpServer::connections() const { return state_->connections(); }
void HttpServer::on_refusal(std::function<void(const HttpRefusal&, HttpAnswer&)> call) {
  state_->set_refused(std::move(call));
}
void HttpServer::use_body_memory(BodyMemoryCalls calls) {
  state_->set_body_memory(std::move(calls));
}

}  // namespace glowplug::front::http
