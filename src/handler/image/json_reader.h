#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

// Reading of the small JSON objects of this part, with errors that name the key.
namespace glowplug::handler::image {

/// Largest width or height that a spec may ask for.
inline constexpr int kMaxSide = 16384;

/// Errors: invalid_argument unless `json` is an object whose keys are all in `known`. `where` is ""
/// or "resize", "crop" …
[[nodiscard]] Result<void> check_keys(const Json& json, std::string_view where,
                                      std::initializer_list<std::string_view> known);
/// The value of a key as the type wanted; nothing where it is absent. `where` is "" or "resize" ….
/// Errors: invalid_argument naming the key and what was expected.
[[nodiscard]] Result<std::optional<std::string>> text_at(const Json& json, std::string_view where,
                                                         std::string_view key);
[[nodiscard]] Result<std::optional<bool>> bool_at(const Json& json, std::string_view where,
                                                  std::string_view key);
[[nodiscard]] Result<std::optional<double>> number_at(const Json& json, std::string_view where,
                                                      std::string_view key);
/// From 1 to kMaxSide.
[[nodiscard]] Result<std::optional<int>> side_at(const Json& json, std::string_view where,
                                                 std::string_view key);
/// A number is a list of one; empty where it is absent.
[[nodiscard]] Result<std::vector<double>> numbers_at(const Json& json, std::string_view where,
                                                     std::string_view key);
[[nodiscard]] Error wrong_value(std::string_view where, std::string_view key,
                                std::string_view expected);

}  // namespace glowplug::handler::image
