#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace glowplug {

/// Cold paths only (manifests, settings, command line); tensors on the wire are read by front/oip
/// with simdjson.
using Json = nlohmann::json;

/// Strict RFC 8259: no comments, no NaN, no duplicate keys, at most `max_depth` levels, nothing
/// after the value. Errors: invalid_argument with line and column.
[[nodiscard]] Result<Json> parse_json(std::string_view text, int max_depth = 64);
/// Keys sorted, no white space, UTF-8, one newline at the end: equal values give equal bytes.
[[nodiscard]] std::string canonical_json(const Json& value);
/// `text` between quotes, escaped as RFC 8259 wants; broken UTF-8 becomes U+FFFD.
[[nodiscard]] std::string quote_json(std::string_view text);

}  // namespace glowplug
