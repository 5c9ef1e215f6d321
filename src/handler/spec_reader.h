#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace glowplug::handler {

/// Reads one object of a spec strictly. Errors are invalid_argument and name the key by its path,
/// "output.threshold".
class SpecReader {
 public:
  /// `json` outlives the object.
  SpecReader(const Json& json, std::string path) : json_(json), path_(std::move(path)) {}

  /// The object has no other keys than these. With "did you mean".
  [[nodiscard]] Result<void> only(std::initializer_list<std::string_view> keys) const;
  [[nodiscard]] bool has(const char* key) const { return json_.contains(key); }
  [[nodiscard]] Result<std::string> text(const char* key, std::string fallback) const;
  [[nodiscard]] Result<double> number(const char* key, double fallback) const;
  /// From `least` to `most`.
  [[nodiscard]] Result<std::int64_t> integer(const char* key, std::int64_t fallback,
                                             std::int64_t least, std::int64_t most) const;
  [[nodiscard]] Result<bool> flag(const char* key, bool fallback) const;
  /// One of `choices`.
  [[nodiscard]] Result<std::string> choice(const char* key, std::string fallback,
                                           std::initializer_list<std::string_view> choices) const;
  [[nodiscard]] Error wrong(const char* key, std::string_view expected) const;

 private:
  const Json& json_;
  std::string path_;
};

}  // namespace glowplug::handler
