#pragma once
#include <optional>
#include <string_view>

#include "front/http/http_limits.h"
#include "front/http/request_head.h"

namespace glowplug::front::http {

/// Fields that rule how a request is read, as the grammar met them; empty views: not there.
struct NotedFields {
  int hosts = 0;
  int content_lengths = 0;
  int transfer_encodings = 0;
  int content_encodings = 0;
  std::string_view host;
  std::string_view transfer_encoding;
  std::string_view expect;
  std::string_view content_encoding;
};

/// Checks what the grammar alone lets pass: target, Host, body framing, expectations, codings and
/// the sizes that were announced (RFC 9110, 9112). Fills path and query of the head and the
/// framing's expectation and coding.
[[nodiscard]] std::optional<Refusal> apply_rules(const NotedFields& noted, const HttpLimits& limits,
                                                 RequestHead& parsed);

/// At most 60 bytes of what a client sent, between quotes, with \xHH for what is not printable.
[[nodiscard]] std::string excerpt(std::string_view bytes);

}  // namespace glowplug::front::http
