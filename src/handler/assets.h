#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.h"

namespace glowplug::handler {

/// The files in a bundle's assets/ by name, "tokenizer.bin".
class Assets {
 public:
  virtual ~Assets() = default;
  /// Stays as long as the object. Errors: not_found, those of reading.
  [[nodiscard]] virtual Result<std::span<const std::byte>> get(std::string_view name) = 0;
};

}  // namespace glowplug::handler
