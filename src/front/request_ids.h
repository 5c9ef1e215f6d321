#pragma once
#include <cstdint>
#include <string>

#include "front/http/http_message.h"

namespace glowplug::front {

inline constexpr std::size_t kMostRequestIdBytes = 128;

/// Ids by which a request is found in answers and logs. On one thread.
class RequestIds {
 public:
  /// Starts from a random place, so that two processes give different ids.
  RequestIds();
  explicit RequestIds(std::uint64_t seed) : state_(seed) {}

  /// The client's `x-request-id` if it is 1 to 128 visible ASCII characters, else a new one of 16
  /// hexadecimal digits.
  [[nodiscard]] std::string of(const http::HttpHead& head);

 private:
  std::uint64_t state_;
};

}  // namespace glowplug::front
