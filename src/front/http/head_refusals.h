#pragma once
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <string_view>

#include "front/http/http_limits.h"
#include "front/http/refusal.h"
#include "front/http/request_rules.h"

namespace glowplug::front::http {

/// Says in the words of HTTP what Beast's grammar found wrong with a head: `code` is an error of
/// boost::beast::http, `parsed_bytes` how far it came, line by line.
[[nodiscard]] Refusal explain(const boost::system::error_code& code, std::string_view bytes,
                              std::size_t parsed_bytes, const NotedFields& noted);

/// For a head that is longer than the limits allow: 414 if its target is, else 431.
[[nodiscard]] Refusal head_too_large(std::string_view bytes, const HttpLimits& limits);

/// Up to the first CR or LF.
[[nodiscard]] std::string_view first_line(std::string_view bytes);
/// Whether a request line ends with "HTTP/d.d".
[[nodiscard]] bool names_a_version(std::string_view line);

}  // namespace glowplug::front::http
