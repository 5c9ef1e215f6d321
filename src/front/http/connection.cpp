#include "front/http/connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "front/http/http_server.h"
#include "front/http/server_state.h"

namespace glowplug::front::http {
namespace {

constexpr std::size_t kMaxBacklogBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxUnsentBytes = std::size_t{256} << 10;  // of pipelined answers
constexpr std::uint64_t kMaxDiscardedBytes = std::uint64_t{256} << 20;
constexpr int kDiscardsPerPass = 16;
/// Bodies take their room as they come, in such pieces: who only announces takes none.
constexpr std::uint64_t kRoomStepBytes = std::uint64_t{1} << 20;

Refusal no_room() {
  return {503,
          "bodies of other requests take all the memory there is for them (max_buffered)",
          {"Retry-After", "1"}};
}

}  // namespace

Connection::Connection(ServerState& server, UniqueFd fd, std::string peer, std::uint64_t number)
    : server_(server),
      fd_(std::move(fd)),
      peer_(std::move(peer)),
      number_(number),
      parser_(server.limits()),
      idle_since_(server.loop().now()),
      read_at_(idle_since_) {}

Connection::~Connection() {
  release_body();
  server_.deadlines().remove(*this);
  if (exchange_ != nullptr) exchange_->detach();
}

bool Connection::start() {
  watch_ = server_.loop().watch_socket(fd_.get(), *this);
  if (watch_) settle();
  return watch_ != nullptr;
}

void Connection::turn_away(const Refusal& refusal) {
  refuse(refusal);
  flush();
  settle();
}

void Connection::drain() {
  const auto self = shared_from_this();
  if (state_ == State::open) settle();
}

void Connection::answer(HttpAnswer answer) {
  const auto self = shared_from_this();
  exchange_ = nullptr;
  if (!pumping_) read_at_ = server_.loop().now();
  reply(std::move(answer));
  if (!pumping_) pump({});
}

void Connection::abandon(bool client_gone) {
  if (!client_gone) return answer(error_answer(500, "the request was dropped without an answer"));
  const auto self = shared_from_this();
  exchange_ = nullptr;
  close();
}

void Connection::on_readable() {
  const auto self = shared_from_this();
  if (state_ == State::lingering) return discard_input();
  std::span<char> room = server_.scratch();
  if (!ready_for_request()) room = room.first(kMaxBacklogBytes);
  const ssize_t size = ::recv(fd_.get(), room.data(), room.size(), MSG_DONTWAIT);
  if (size > 0) return take({room.data(), static_cast<std::size_t>(size)});
  if (size == 0) return client_ended();
  if (errno == EAGAIN || errno == EINTR) return watch_->want_read();
  close();
}

void Connection::on_writable() {
  const auto self = shared_from_this();
  flush();
  if (!write_blocked_ && state_ == State::open) return pump({});
  settle();
}

void Connection::expired() {
  const auto self = shared_from_this();
  const bool waits_for_request = state_ == State::open && !write_blocked_ && exchange_ == nullptr &&
                                 parser_.phase() != RequestParser::Phase::idle;
  if (!waits_for_request) return close();
  turn_away(parser_.too_slow());
}

void Connection::take(std::string_view bytes) {
  read_at_ = server_.loop().now();
  if (is_trickling()) return turn_away(parser_.too_slow());
  pump(bytes);
}

/// Takes what it can of the backlog and of `fresh`, sends the answers, keeps the rest.
void Connection::pump(std::string_view fresh) {
  std::string held = std::exchange(backlog_, {});
  if (!held.empty()) held.append(fresh);
  std::string_view input = held.empty() ? fresh : std::string_view(held);
  pumping_ = true;
  do {
    take_requests(input);
    flush();
  } while (!input.empty() && ready_for_request());
  pumping_ = false;
  if (held.empty()) {
    backlog_.assign(input);
  } else {
    held.erase(0, held.size() - input.size());
    backlog_ = std::move(held);
  }
  settle();
}

bool Connection::is_idle() const {
  return exchange_ == nullptr && out_.empty() && backlog_.empty() &&
         parser_.phase() == RequestParser::Phase::idle;
}

bool Connection::ready_for_request() const {
  return state_ == State::open && !closing_ && exchange_ == nullptr && !write_blocked_ &&
         out_.bytes() < kMaxUnsentBytes;
}

void Connection::take_requests(std::string_view& input) {
  while (ready_for_request() && take_step(input)) {
  }
}

/// False when it needs more bytes.
bool Connection::take_step(std::string_view& input) {
  using Step = RequestParser::Step;
  if (parser_.phase() == RequestParser::Phase::idle) {
    if (input.empty()) return false;
    begin_request();
  }
  const RequestParser::Fed fed = parser_.feed(input);
  input.remove_prefix(fed.used);
  switch (fed.step) {
    case Step::need_more:
      if (has_head_ && !hold_body(parser_.received_body_bytes())) refuse(no_room());
      return false;
    case Step::head:
      begin_body(input);
      break;
    case Step::request:
      hand_over();
      break;
    case Step::refused:
      refuse(parser_.refusal());
      break;
  }
  return true;
}

void Connection::begin_request() {
  first_byte_ = read_at_;
  keep_alive_ = true;
  head_only_ = false;
  minor_version_ = 1;
  has_head_ = false;
}

void Connection::begin_body(std::string_view& input) {
  const HttpHead& head = parser_.head();
  body_began_ = read_at_;
  keep_alive_ = parser_.framing().keep_alive;
  head_only_ = head.method == "HEAD";
  minor_version_ = head.minor_version;
  has_head_ = true;
  const std::uint64_t announced = parser_.framing().content_length;
  if (const HeadCheck& check = server_.head_check()) {
    if (std::optional<HttpAnswer> refused = check(head, {peer_, first_byte_, announced}))
      return decline(*std::move(refused), input);
  }
  if (!server_.has_room(announced)) return refuse(no_room());
  if (parser_.framing().expects_continue && input.empty())
    out_.push("HTTP/1.1 100 Continue\r\n\r\n");
}

/// Answers by the head alone. A body that is here already is passed over, so that a client that is
/// told to come back later need not connect again.
void Connection::decline(HttpAnswer answer, std::string_view& input) {
  const RequestParser::Fed fed = parser_.feed(input);
  input.remove_prefix(fed.used);
  if (fed.step == RequestParser::Step::request) {
    static_cast<void>(parser_.take());
  } else {
    answer.close = true;
  }
  reply(std::move(answer));
}

bool Connection::hold_body(std::uint64_t bytes) {
  if (bytes <= held_bytes_) return true;
  const std::uint64_t wanted = (bytes + kRoomStepBytes - 1) / kRoomStepBytes * kRoomStepBytes;
  if (!server_.take_room(wanted - held_bytes_)) return false;
  held_bytes_ = wanted;
  return true;
}

void Connection::release_body() { server_.give_room(std::exchange(held_bytes_, 0)); }

void Connection::hand_over() {
  HttpRequest request = parser_.take();
  has_head_ = false;
  request.first_byte = first_byte_;
  request.arrival = read_at_;
  request.peer = peer_;
  request.connection = number_;
  auto exchange = std::make_shared<Exchange>(*this);
  exchange_ = exchange.get();
  server_.handler()(std::move(request), std::move(exchange));
}

void Connection::reply(HttpAnswer answer) {
  release_body();
  idle_since_ = read_at_;
  if (answer.close || !keep_alive_ || server_.draining()) {
    closing_ = true;
    against_wish_ = keep_alive_;
  }
  const AfterAnswer after = closing_              ? AfterAnswer::close
                            : minor_version_ == 0 ? AfterAnswer::keep_and_say_so
                                                  : AfterAnswer::keep;
  std::string head = response_head(answer, server_.date_line(), after);
  if (head_only_ || has_no_body(answer.status)) return out_.push(std::move(head));
  out_.push(std::move(head), std::move(answer.body), std::move(answer.pieces));
}

void Connection::refuse(const Refusal& refusal) {
  HttpAnswer answer = answer_of(refusal);
  server_.tell_refused({refusal.status, refusal.text, peer_, has_head_ ? &parser_.head() : nullptr,
                        has_head_ ? parser_.received_body_bytes() : 0, first_byte_},
                       answer);
  reply(std::move(answer));
  against_wish_ = true;  // the client may be sending still
}

void Connection::flush() {
  if (out_.empty() || state_ != State::open) return;
  const std::size_t before = out_.bytes();
  const Outgoing::Sent sent = out_.write_to(fd_.get());
  if (sent == Outgoing::Sent::lost) return close();
  const bool was_blocked = std::exchange(write_blocked_, sent == Outgoing::Sent::some);
  if (write_blocked_ && (!was_blocked || out_.bytes() != before))
    write_progress_ = server_.loop().now();
}

/// Decides what the connection waits for.
void Connection::settle() {
  if (state_ == State::closed) return;
  if (closing_ && out_.empty()) return finish();
  if (server_.draining() && is_idle()) return close();
  if (client_ended_ && exchange_ == nullptr && out_.empty()) return end_of_input();
  server_.deadlines().set(*this, deadline());
  if (write_blocked_) watch_->want_write();
  if (!client_ended_ && backlog_.size() < kMaxBacklogBytes) watch_->want_read();
}

/// The client sends nothing more, and all it asked for is answered.
void Connection::end_of_input() {
  if (parser_.phase() == RequestParser::Phase::idle) return close();
  turn_away(parser_.cut_off());
}

void Connection::client_ended() {
  client_ended_ = true;
  if (exchange_ != nullptr) exchange_->client_left();
  settle();
}

void Connection::finish() {
  if (!against_wish_ || client_ended_) return close();
  linger();
}

void Connection::linger() {
  if (state_ == State::lingering) return;
  state_ = State::lingering;
  backlog_ = {};
  ::shutdown(fd_.get(), SHUT_WR);
  server_.deadlines().set(*this, server_.loop().now() + server_.limits().linger_timeout);
  watch_->want_read();
}

void Connection::discard_input() {
  const std::span<char> room = server_.scratch();
  for (int i = 0; i < kDiscardsPerPass; ++i) {
    const ssize_t size = ::recv(fd_.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) return close();
    if (size < 0) break;
    discarded_ += static_cast<std::uint64_t>(size);
    if (discarded_ > kMaxDiscardedBytes) return close();
  }
  watch_->want_read();
}

void Connection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  release_body();
  server_.deadlines().remove(*this);
  watch_.reset();
  fd_.reset();
  if (Exchange* exchange = std::exchange(exchange_, nullptr)) {
    exchange->detach();
    exchange->client_left();
  }
  server_.remove(*this);
}

/// Slower than the least rate, once the first grace is over.
bool Connection::is_trickling() const {
  const HttpLimits& limits = server_.limits();
  if (parser_.phase() != RequestParser::Phase::body || exchange_ != nullptr) return false;
  const Duration taken = read_at_ - body_began_;
  if (taken <= limits.body_timeout) return false;
  const double expected = std::chrono::duration<double>(taken).count() *
                          static_cast<double>(limits.min_body_bytes_per_second);
  return static_cast<double>(parser_.received_body_bytes()) < expected;
}

Time Connection::deadline() const {
  using Phase = RequestParser::Phase;
  const HttpLimits& limits = server_.limits();
  if (write_blocked_) return write_progress_ + limits.write_timeout;
  if (exchange_ != nullptr) return Time::max();
  switch (parser_.phase()) {
    case Phase::idle:
      return idle_since_ + limits.keep_alive_timeout;
    case Phase::head:
      return first_byte_ + limits.head_timeout;
    case Phase::body:
      return read_at_ + limits.body_timeout;
  }
  return Time::max();
}

}  // namespace glowplug::front::http
