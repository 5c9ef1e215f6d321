#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "front/http/http_message.h"

namespace glowplug::front::http {

/// Why the server itself does not take a request. The connection ends after the answer.
struct Refusal {
  int status = 400;
  std::string text;  ///< what was seen, and the rule or limit
  /// One more field of the answer, of static storage; no name: none.
  HttpField field{};
};

[[nodiscard]] inline Refusal bad_request(std::string text) { return {400, std::move(text), {}}; }

[[nodiscard]] inline HttpAnswer answer_of(const Refusal& refusal) {
  HttpAnswer answer = error_answer(refusal.status, refusal.text);
  if (!refusal.field.name.empty())
    answer.headers.emplace_back(refusal.field.name, refusal.field.value);
  answer.close = true;
  return answer;
}

}  // namespace glowplug::front::http
