#include "front/http/head_refusals.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/error.hpp>

namespace glowplug::front::http {
namespace {

using boost::beast::http::error;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Refusal wrong_version(std::string_view bytes) {
  const std::string_view line = first_line(bytes);
  const std::string_view end = bytes.substr(line.size(), 2);
  const bool versioned = names_a_version(line);
  const std::string_view version = versioned ? line.substr(line.size() - 3) : std::string_view();
  if (versioned && version.front() != '1')
    return {505, fmt::format("HTTP/{} is not supported, HTTP/1.1 and HTTP/1.0 are", version), {}};
  if (versioned && end != "\r\n")
    return bad_request(
        fmt::format("line end {} after the request line, expected CR LF", excerpt(end)));
  return bad_request(
      fmt::format("request line {} is not \"METHOD target HTTP/1.1\"", excerpt(line)));
}

Refusal wrong_request_line(error what, std::string_view bytes) {
  constexpr char kTlsHandshake = '\x16';
  const std::string_view line = first_line(bytes);
  if (what == error::bad_version) return wrong_version(bytes);
  if (what == error::bad_target)
    return bad_request(
        fmt::format("request line {} has no target between single spaces", excerpt(line)));
  if (bytes.front() == kTlsHandshake)
    return bad_request("a TLS handshake came, and this port speaks HTTP without TLS");
  return bad_request(fmt::format("request line {} does not begin with a method", excerpt(line)));
}

/// `line`: the bytes from the field that is wrong.
Refusal wrong_field(error what, std::string_view bytes, const NotedFields& noted) {
  const std::string line = excerpt(first_line(bytes));
  switch (what) {
    case error::bad_content_length:
      if (noted.transfer_encodings == 0)
        return bad_request(fmt::format("{} is not a decimal number of bytes", line));
      [[fallthrough]];
    case error::bad_transfer_encoding:
      if (noted.content_lengths == 0 && what == error::bad_transfer_encoding)
        return bad_request("Transfer-Encoding stands twice");
      return bad_request("both Transfer-Encoding and Content-Length say where the body ends");
    case error::multiple_content_length:
      return bad_request(fmt::format("{} differs from the Content-Length before it", line));
    case error::bad_line_ending:
      return bad_request(fmt::format("CR without LF in or after header field {}", line));
    case error::bad_value:
      return bad_request(
          fmt::format("value with a control character or a broken list in {}", line));
    case error::header_limit:  // of a folded field
      return bad_request("header field over several lines");
    default:
      return bad_request(
          fmt::format("header field {} is not \"name: value\" (RFC 9112 section 5)", line));
  }
}

}  // namespace

std::string_view first_line(std::string_view bytes) {
  return bytes.substr(0, bytes.find_first_of("\r\n"));
}

bool names_a_version(std::string_view line) {
  constexpr std::string_view kName = "HTTP/";
  if (line.size() < kName.size() + 3) return false;
  const std::string_view version = line.substr(line.size() - kName.size() - 3);
  return version.substr(0, 5) == kName && is_digit(version[5]) && version[6] == '.' &&
         is_digit(version[7]);
}

Refusal explain(const boost::system::error_code& code, std::string_view bytes,
                std::size_t parsed_bytes, const NotedFields& noted) {
  const auto what = static_cast<error>(code.value());
  if (parsed_bytes == 0) return wrong_request_line(what, bytes);
  return wrong_field(what, bytes.substr(parsed_bytes), noted);
}

Refusal head_too_large(std::string_view bytes, const HttpLimits& limits) {
  const std::string_view line = first_line(bytes);
  const std::size_t space = line.find(' ');
  const std::size_t begin = space == std::string_view::npos ? line.size() : space + 1;
  const std::size_t target = std::min(line.find(' ', begin), line.size()) - begin;
  if (target > limits.max_target_bytes)
    return {414,
            fmt::format("target of {} bytes or more is longer than the limit of {} bytes "
                        "(max_target_bytes)",
                        target, limits.max_target_bytes),
            {}};
  return {431,
          fmt::format("request line and header fields of {} bytes or more are larger than the "
                      "limit of {} bytes (max_header_bytes)",
                      bytes.size(), limits.max_header_bytes),
          {}};
}

}  // namespace glowplug::front::http
