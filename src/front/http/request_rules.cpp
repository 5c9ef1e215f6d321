#include "front/http/request_rules.h"

#include <fmt/format.h>

#include <iterator>

namespace glowplug::front::http {
namespace {

using Verdict = std::optional<Refusal>;

constexpr std::size_t kExcerptBytes = 60;

/// Length of "http://host" in an absolute-form target; 0 for other forms.
std::size_t authority_end(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::size_t end = target.find_first_of("/?", scheme.size());
    const std::size_t stop = end == std::string_view::npos ? target.size() : end;
    return stop == scheme.size() ? 0 : stop;
  }
  return 0;
}

void split_target(std::string_view origin, HttpHead& head) {
  const std::size_t mark = origin.find('?');
  head.path = origin.substr(0, mark);
  head.query = mark == std::string_view::npos ? std::string_view() : origin.substr(mark + 1);
  if (head.path.empty()) head.path = "/";
}

Verdict check_target(const HttpLimits& limits, HttpHead& head) {
  const std::string_view target = head.target;
  if (target.size() > limits.max_target_bytes)
    return Refusal{414,
                   fmt::format("target of {} bytes is longer than the limit of {} bytes "
                               "(max_target_bytes)",
                               target.size(), limits.max_target_bytes),
                   {}};
  if (target.find('#') != std::string_view::npos)
    return bad_request(fmt::format("target {} has a fragment (#)", excerpt(target)));
  if (target == "*" && head.method == "OPTIONS") {
    head.path = target;
    return std::nullopt;
  }
  const std::size_t authority = target.front() == '/' ? 0 : authority_end(target);
  if (target.front() != '/' && authority == 0)
    return bad_request(
        fmt::format("target {} is none of \"/path\", \"http://host/path\" and, for OPTIONS, \"*\"",
                    excerpt(target)));
  split_target(target.substr(authority), head);
  return std::nullopt;
}

Verdict check_host(const NotedFields& noted, int minor_version) {
  if (noted.hosts == 0 && minor_version >= 1)
    return bad_request("HTTP/1.1 wants a Host header field, and there is none");
  if (noted.hosts > 1)
    return bad_request(fmt::format("{} Host header fields, expected one", noted.hosts));
  if (noted.host.find_first_of(" \t/\\?#@,<>\"") != std::string_view::npos)
    return bad_request(
        fmt::format("Host {} is not a host with an optional port", excerpt(noted.host)));
  return std::nullopt;
}

Verdict check_transfer_encoding(const NotedFields& noted, int minor_version) {
  if (noted.transfer_encodings == 0) return std::nullopt;
  if (noted.content_lengths != 0)
    return bad_request("both Transfer-Encoding and Content-Length say where the body ends");
  if (minor_version == 0) return bad_request("Transfer-Encoding in an HTTP/1.0 request");
  if (!equal_ignoring_case(noted.transfer_encoding, "chunked"))
    return Refusal{501,
                   fmt::format("Transfer-Encoding {} is not supported, only \"chunked\" is",
                               excerpt(noted.transfer_encoding)),
                   {}};
  return std::nullopt;
}

Verdict check_expectation(const NotedFields& noted, int minor_version, RequestFraming& framing) {
  if (noted.expect.empty() || minor_version == 0) return std::nullopt;
  if (!equal_ignoring_case(noted.expect, "100-continue"))
    return Refusal{417,
                   fmt::format("expectation {} is not supported, only \"100-continue\" is",
                               excerpt(noted.expect)),
                   {}};
  framing.expects_continue = framing.has_body();
  return std::nullopt;
}

std::optional<RequestFraming::Coding> framing_coding(std::string_view name) {
  using Coding = RequestFraming::Coding;
  if (name.empty() || equal_ignoring_case(name, "identity")) return Coding::identity;
  if (equal_ignoring_case(name, "gzip") || equal_ignoring_case(name, "x-gzip")) return Coding::gzip;
  if (equal_ignoring_case(name, "deflate")) return Coding::deflate;
  return std::nullopt;
}

Verdict check_coding(const NotedFields& noted, RequestFraming& framing) {
  const auto coding = framing_coding(noted.content_encoding);
  if (!coding || noted.content_encodings > 1)
    return Refusal{501,
                   fmt::format("Content-Encoding {}{} is not supported; gzip or deflate is, once",
                               noted.content_encodings > 1 ? "twice or more, at last " : "",
                               excerpt(noted.content_encoding)),
                   {"Accept-Encoding", "gzip, deflate"}};
  framing.coding = *coding;
  return std::nullopt;
}

Verdict check_length(const HttpLimits& limits, const RequestFraming& framing) {
  if (framing.content_length <= limits.max_body_bytes) return std::nullopt;
  return Refusal{413,
                 fmt::format("body of {} bytes is larger than the limit of {} bytes (max_body)",
                             framing.content_length, limits.max_body_bytes),
                 {}};
}

}  // namespace

std::optional<Refusal> apply_rules(const NotedFields& noted, const HttpLimits& limits,
                                   RequestHead& parsed) {
  HttpHead& head = parsed.head;
  RequestFraming& framing = parsed.framing;
  if (auto wrong = check_target(limits, head)) return wrong;
  if (auto wrong = check_host(noted, head.minor_version)) return wrong;
  if (auto wrong = check_transfer_encoding(noted, head.minor_version)) return wrong;
  if (auto wrong = check_length(limits, framing)) return wrong;
  if (auto wrong = check_expectation(noted, head.minor_version, framing)) return wrong;
  return check_coding(noted, framing);
}

std::string excerpt(std::string_view bytes) {
  std::string text = "\"";
  for (const char c : bytes.substr(0, kExcerptBytes)) {
    if (c >= ' ' && c < '\x7f') {
      text += c;
    } else {
      fmt::format_to(std::back_inserter(text), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text + (bytes.size() > kExcerptBytes ? "…\"" : "\"");
}

}  // namespace glowplug::front::http
