#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "front/http/chunked_decoder.h"
#include "front/http/http_limits.h"
#include "front/http/http_message.h"
#include "front/http/request_body.h"
#include "front/http/request_head.h"

namespace glowplug::front::http {

/// Turns the bytes of one connection into requests, one after the other. A pure object: no sockets,
/// no clock.
///
///     feed() -> head    the head is there: look at it, then feed on (with nothing, if need be)
///            -> request the body is there too: take() it; the next request begins
///            -> refused the connection must end
///            -> need_more
class RequestParser {
 public:
  enum class Step { need_more, head, request, refused };
  enum class Phase { idle, head, body };  ///< idle: no byte of the next request has come
  struct Fed {
    Step step = Step::need_more;
    std::size_t used = 0;  ///< of the bytes given; all of them when it needs more
  };

  /// `limits` outlive it.
  explicit RequestParser(const HttpLimits& limits) : limits_(limits), body_(limits) {}

  [[nodiscard]] Fed feed(std::string_view bytes);
  [[nodiscard]] Phase phase() const { return phase_; }
  /// From `head` until take().
  [[nodiscard]] const HttpHead& head() const { return request_.head; }
  [[nodiscard]] const RequestFraming& framing() const { return request_.framing; }
  /// Bytes of the body so far, as sent.
  [[nodiscard]] std::size_t received_body_bytes() const { return body_.received_bytes(); }
  /// After `request`: head, body and received_bytes are set, the rest is the caller's.
  [[nodiscard]] HttpRequest take();
  /// After `refused`.
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }
  /// What to answer when the client ends its direction, or takes too long, now. Not when idle.
  [[nodiscard]] Refusal cut_off() const;
  [[nodiscard]] Refusal too_slow() const;

 private:
  [[nodiscard]] Fed feed_head(std::string_view bytes);
  [[nodiscard]] Fed end_empty_line(std::string_view bytes);
  [[nodiscard]] Fed gather_head(std::string_view bytes);
  [[nodiscard]] Fed begin_request(std::string_view head_bytes, std::size_t used);
  [[nodiscard]] Fed feed_body(std::string_view bytes);
  [[nodiscard]] Fed feed_sized(std::string_view bytes);
  [[nodiscard]] Fed feed_chunked(std::string_view bytes);
  [[nodiscard]] Fed finish_body(std::size_t used);
  [[nodiscard]] Fed refuse(Refusal refusal, std::size_t used);
  [[nodiscard]] std::string progress() const;

  const HttpLimits& limits_;
  Phase phase_ = Phase::idle;
  std::string partial_;  // of a head
  RequestHead request_;
  RequestBody body_;
  std::optional<ChunkedDecoder> chunks_;
  Refusal refusal_;
};

}  // namespace glowplug::front::http
