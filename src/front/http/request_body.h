#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "front/http/http_limits.h"
#include "front/http/inflater.h"
#include "front/http/request_head.h"

namespace glowplug::front::http {

/// Collects a request's body: counts it against the limits and removes its content-coding. Knows
/// nothing of chunks.
class RequestBody {
 public:
  explicit RequestBody(const HttpLimits& limits) : limits_(limits) {}

  /// Begins a new body.
  void begin(const RequestFraming& framing);
  /// Refusals: 400 (broken coding), 413.
  [[nodiscard]] std::optional<Refusal> add(std::string_view bytes);
  /// After the last byte. Refusals: 400 (cut off within its coding).
  [[nodiscard]] std::optional<Refusal> finish();
  /// Whether `more` bytes would be too many: 413.
  [[nodiscard]] std::optional<Refusal> check_room(std::uint64_t more) const;

  /// As sent, before decompression.
  [[nodiscard]] std::size_t received_bytes() const { return received_; }
  /// The body with 64 spare bytes of capacity; once, after finish().
  [[nodiscard]] std::unique_ptr<std::string> take() { return std::move(body_); }

 private:
  void make_room(std::size_t more);

  const HttpLimits& limits_;
  std::unique_ptr<std::string> body_;
  std::unique_ptr<Inflater> inflater_;  // null: identity
  std::size_t announced_ = 0;           // bytes, or 0
  std::size_t received_ = 0;
};

}  // namespace glowplug::front::http
