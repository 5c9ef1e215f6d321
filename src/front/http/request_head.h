#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "front/http/http_limits.h"
#include "front/http/http_message.h"
#include "front/http/refusal.h"

namespace glowplug::front::http {

/// What follows a head, and what the client wants of the connection.
struct RequestFraming {
  bool chunked = false;
  std::uint64_t content_length = 0;  ///< 0 when chunked, and without the field (never 411)
  bool keep_alive = true;
  bool expects_continue = false;
  enum class Coding { identity, gzip, deflate } coding = Coding::identity;

  [[nodiscard]] bool has_body() const { return chunked || content_length != 0; }
};

/// A head that keeps every rule of RFC 9112 and our limits.
struct RequestHead {
  HttpHead head;
  RequestFraming framing;
};

/// Parses one head, `bytes` to their end: request line, fields and the empty line. Grammar by
/// Boost.Beast; the rules that guard against request smuggling by request_rules.h.
/// Returns what is wrong with it; `parsed` is complete only if nothing is.
[[nodiscard]] std::optional<Refusal> parse_head(std::unique_ptr<char[]> bytes, std::size_t size,
                                                const HttpLimits& limits, RequestHead& parsed);

/// Looks at the beginning of a head whose end has not come: what can never become valid is refused
/// at once, not when the client has waited for its timeout.
[[nodiscard]] std::optional<Refusal> check_unfinished_head(std::string_view bytes,
                                                           const HttpLimits& limits);

}  // namespace glowplug::front::http
