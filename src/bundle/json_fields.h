#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

/// Fields of the JSON files of a bundle, read strictly. Errors are invalid_argument and name the
/// key.
namespace glowplug::bundle {

/// Bytes of a text field such as a name, an engine or a version.
inline constexpr std::size_t kLongestText = 255;

/// An object with all of `needed`, perhaps some of `optional`, and nothing else.
[[nodiscard]] Result<void> check_keys(const Json& json, std::span<const std::string_view> needed,
                                      std::span<const std::string_view> optional);
/// "schema" is a number from 1 to `newest`. Errors: also failed_precondition: it is newer; names
/// the "producer" if there is one.
[[nodiscard]] Result<void> check_schema(const Json& json, int newest);
[[nodiscard]] Result<std::string> text_field(const Json& json, const char* key,
                                             std::size_t longest);
/// 64 lower-case hexadecimal digits.
[[nodiscard]] Result<std::string> sha256_field(const Json& json, const char* key);
[[nodiscard]] bool is_sha256(std::string_view text);
[[nodiscard]] Result<std::uint64_t> unsigned_field(const Json& json, const char* key);

}  // namespace glowplug::bundle
