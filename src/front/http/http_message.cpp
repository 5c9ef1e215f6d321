#include "front/http/http_message.h"

#include <algorithm>

#include "base/json.h"

namespace glowplug::front::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> HttpHead::header(std::string_view name) const {
  for (const HttpField& field : fields) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t HttpAnswer::body_bytes() const {
  std::size_t total = body.size();
  for (const HttpBodyPiece& piece : pieces) total += piece.bytes.size();
  return total;
}

HttpAnswer error_answer(int status, std::string_view text) {
  HttpAnswer answer;
  answer.status = status;
  answer.headers.emplace_back("Content-Type", "application/json");
  answer.body = R"({"error":)" + quote_json(text) + "}";
  return answer;
}

}  // namespace glowplug::front::http
