#include "front/http/request_head.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cctype>
#include <limits>
#include <string>
#include <utility>

#include "front/http/head_refusals.h"
#include "front/http/request_rules.h"

namespace glowplug::front::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;
using ErrorCode = boost::system::error_code;

constexpr std::size_t kUsualFields = 12;

std::string_view view_of(beast::string_view text) { return {text.data(), text.size()}; }

/// Beast's grammar, with what it met written into a head. The views point into the bytes it was
/// fed.
class HeadGrammar : public beast::http::basic_parser<true> {
 public:
  HeadGrammar(const HttpLimits& limits, HttpHead& head) : limits_(limits), head_(head) {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // request_parser.cpp has the limit
    body_limit(boost::none);                                  // and request_body.cpp
  }

  NotedFields noted;
  std::optional<Refusal> refusal;  ///< of ours, beside Beast's error

 private:
  using Field = beast::http::field;

  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                       int version, ErrorCode&) override {
    head_.method = view_of(method);
    head_.target = view_of(target);
    head_.minor_version = version % 10;
    head_.fields.reserve(kUsualFields);
  }
  void on_field_impl(Field field, beast::string_view name, beast::string_view value,
                     ErrorCode& error) override {
    if (is_folded(name, value)) return refuse(400, "header field over several lines", error);
    if (head_.fields.size() == limits_.max_headers)
      return refuse(
          431, fmt::format("more than {} header fields (max_headers)", limits_.max_headers), error);
    head_.fields.push_back({view_of(name), view_of(value)});
    note(field, view_of(value));
  }
  void on_header_impl(ErrorCode&) override {}
  void on_response_impl(int, beast::string_view, int, ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(beast::string_view body, ErrorCode&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, ErrorCode&) override {
    return body.size();
  }
  void on_finish_impl(ErrorCode&) override {}

  /// Beast joins the lines of a folded field: then the value lies in a buffer of its own, or a line
  /// end stands before it.
  [[nodiscard]] static bool is_folded(beast::string_view name, beast::string_view value) {
    const char* between = name.data() + name.size() + 1;
    const char* begin = value.data();
    if (std::less<>()(begin, between)) return true;
    while (between != begin && (*between == ' ' || *between == '\t')) ++between;
    return between != begin;
  }
  void refuse(int status, std::string text, ErrorCode& error) {
    refusal = Refusal{status, std::move(text), {}};
    error = error::bad_field;
  }
  void note(Field field, std::string_view value) {
    switch (field) {
      case Field::host:
        ++noted.hosts;
        noted.host = value;
        break;
      case Field::content_length:
        ++noted.content_lengths;
        break;
      case Field::transfer_encoding:
        ++noted.transfer_encodings;
        noted.transfer_encoding = value;
        break;
      case Field::expect:
        noted.expect = value;
        break;
      case Field::content_encoding:
        ++noted.content_encodings;
        noted.content_encoding = value;
        break;
      default:
        break;
    }
  }

  const HttpLimits& limits_;
  HttpHead& head_;
};

/// A higher minor version is served as HTTP/1.1 (RFC 9110 section 2.5), which Beast does not know.
void lower_minor_version(char* bytes, std::size_t size) {
  const std::string_view line = first_line({bytes, size});
  if (!names_a_version(line) || line[line.size() - 3] != '1') return;
  char& minor = bytes[line.size() - 1];
  if (minor > '1') minor = '1';
}

enum class Ending { whole, open };

std::optional<Refusal> parse(std::string_view bytes, Ending ending, const HttpLimits& limits,
                             RequestHead& parsed) {
  HeadGrammar grammar(limits, parsed.head);
  ErrorCode code;
  const std::size_t used = grammar.put({bytes.data(), bytes.size()}, code);
  if (grammar.refusal) return std::move(grammar.refusal);
  if (code == error::need_more && ending == Ending::open) return std::nullopt;
  if (code) return explain(code, bytes, used, grammar.noted);
  if (used != bytes.size()) return Refusal{400, "empty line within the head", {}};
  parsed.framing.chunked = grammar.chunked();
  if (const auto length = grammar.content_length()) parsed.framing.content_length = *length;
  parsed.framing.keep_alive = grammar.keep_alive();
  return apply_rules(grammar.noted, limits, parsed);
}

}  // namespace

std::optional<Refusal> parse_head(std::unique_ptr<char[]> bytes, std::size_t size,
                                  const HttpLimits& limits, RequestHead& parsed) {
  lower_minor_version(bytes.get(), size);
  parsed.head.bytes = std::move(bytes);
  return parse({parsed.head.bytes.get(), size}, Ending::whole, limits, parsed);
}

std::optional<Refusal> check_unfinished_head(std::string_view bytes, const HttpLimits& limits) {
  std::string copy(bytes);
  lower_minor_version(copy.data(), copy.size());
  RequestHead unused;
  return parse(copy, Ending::open, limits, unused);
}

}  // namespace glowplug::front::http
