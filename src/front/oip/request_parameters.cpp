#include "front/oip/request_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace glowplug::front::oip {
namespace {

// Eleven days: longer than any deadline, and far from overflow in nanoseconds.
constexpr std::uint64_t kLongestTimeoutUs = 1'000'000'000'000;

std::optional<std::uint64_t> as_unsigned(const Parameter& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&value); number != nullptr && *number >= 0)
    return static_cast<std::uint64_t>(*number);
  return std::nullopt;
}

Result<std::uint64_t> unsigned_of(std::string_view key, const Parameter& value) {
  if (const auto number = as_unsigned(value)) return *number;
  return invalid_argument(fmt::format("parameter \"{}\" must be an integer of at least 0", key));
}

Result<bool> bool_of(std::string_view key, const Parameter& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  return invalid_argument(fmt::format("parameter \"{}\" must be true or false", key));
}

/// Whether the parameter says that the request belongs to a sequence: 0, "" and false do not.
bool is_set(const Parameter& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* text = std::get_if<std::string>(&value)) return !text->empty();
  return as_unsigned(value) != std::uint64_t{0};
}

bool is_sequence_key(std::string_view key) {
  return key == "sequence_id" || key == "sequence_start" || key == "sequence_end";
}

/// True if it was one of the reserved ones.
Result<bool> take(InferRequest& request, std::string_view key, const Parameter& value,
                  bool& binary_outputs) {
  if (key == "binary_data_output") {
    GLOWPLUG_ASSIGN(binary_outputs, bool_of(key, value));
  } else if (key == "timeout") {
    GLOWPLUG_ASSIGN(const std::uint64_t us, unsigned_of(key, value));
    request.timeout = std::chrono::microseconds(std::min(us, kLongestTimeoutUs));
  } else if (key == "priority") {
    GLOWPLUG_TRY(unsigned_of(key, value));
  } else if (is_sequence_key(key)) {
    if (is_set(value))
      return Error{Code::unimplemented,
                   fmt::format("parameter \"{}\": sequences of requests are not offered", key),
                   {}};
  } else if (key.starts_with("triton_")) {
    return invalid_argument(
        fmt::format("parameter \"{}\": names that start with \"triton_\" are reserved", key));
  } else {
    return false;
  }
  return true;
}

}  // namespace

Result<bool> take_reserved_parameters(InferRequest& request) {
  bool binary_outputs = false;
  Parameters kept;
  for (auto& [key, value] : request.parameters) {
    GLOWPLUG_ASSIGN(const bool reserved, take(request, key, value, binary_outputs));
    if (!reserved) kept.emplace_back(std::move(key), std::move(value));
  }
  request.parameters = std::move(kept);
  return binary_outputs;
}

}  // namespace glowplug::front::oip
