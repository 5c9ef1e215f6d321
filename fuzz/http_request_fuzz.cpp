// Feeds the request parser, whole and in pieces: both must give the same requests, within the
// limits. The first byte of an input is the size of the pieces.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "front/http/request_parser.h"

namespace {

using namespace glowplug::front::http;

/// Small, so that inputs reach them.
HttpLimits small_limits() {
  HttpLimits limits;
  limits.max_body_bytes = 4096;
  limits.max_decompressed_bytes = 8192;
  limits.max_header_bytes = 512;
  limits.max_headers = 12;
  limits.max_target_bytes = 128;
  return limits;
}

bool is_part_of(std::string_view part, std::string_view whole) {
  const std::less_equal<> before;
  return before(whole.data(), part.data()) &&
         before(part.data() + part.size(), whole.data() + whole.size());
}

void check_request(const HttpRequest& request, const HttpLimits& limits) {
  GLOWPLUG_CHECK(request.body->size() <= limits.max_decompressed_bytes);
  GLOWPLUG_CHECK(request.body->capacity() >= request.body->size() + 64);
  GLOWPLUG_CHECK(request.received_bytes <= limits.max_body_bytes);
  GLOWPLUG_CHECK(request.head.fields.size() <= limits.max_headers);
  GLOWPLUG_CHECK(request.head.target.size() <= limits.max_target_bytes);
  const HttpHead& head = request.head;
  GLOWPLUG_CHECK(head.path == "/" || is_part_of(head.path, head.target));
  GLOWPLUG_CHECK(head.query.empty() || is_part_of(head.query, head.target));
}

/// Feeds one piece; false when the parser refused.
bool feed(RequestParser& parser, std::string_view piece, const HttpLimits& limits,
          std::vector<std::string>& requests) {
  while (true) {
    const RequestParser::Fed fed = parser.feed(piece);
    GLOWPLUG_CHECK(fed.used <= piece.size());
    piece.remove_prefix(fed.used);
    switch (fed.step) {
      case RequestParser::Step::need_more:
        GLOWPLUG_CHECK(piece.empty());
        return true;
      case RequestParser::Step::head:
        break;
      case RequestParser::Step::request: {
        const HttpRequest request = parser.take();
        check_request(request, limits);
        requests.push_back(std::string(request.head.method) + " " +
                           std::string(request.head.target) + "\n" + *request.body);
        break;
      }
      case RequestParser::Step::refused:
        GLOWPLUG_CHECK(parser.refusal().status >= 400 && !parser.refusal().text.empty());
        return false;
    }
  }
}

std::vector<std::string> requests_of(std::string_view bytes, std::size_t piece_bytes) {
  const HttpLimits limits = small_limits();
  RequestParser parser(limits);
  std::vector<std::string> requests;
  while (!bytes.empty()) {
    const std::string piece(bytes.substr(0, piece_bytes));  // alone, so that overruns are seen
    bytes.remove_prefix(piece.size());
    if (!feed(parser, piece, limits, requests)) break;
  }
  return requests;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece_bytes = std::size_t{data[0]} + 1;
  GLOWPLUG_CHECK(requests_of(bytes, bytes.size()) == requests_of(bytes, piece_bytes));
  return 0;
}
