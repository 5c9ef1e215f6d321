#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "cli/terminal/failure.h"

namespace glowplug::cli {

/// A place in a text file; counted from 0.
struct SourcePlace {
  std::size_t line = 0;
  std::size_t column = 0;  ///< in bytes
  std::size_t length = 1;  ///< columns to mark
};

/// A file's text with its name, for messages that show the place.
struct SourceText {
  std::string name;  ///< as the user gave it
  std::string_view text;

  /// "glowplug.yaml:14:3".
  [[nodiscard]] std::string where(const SourcePlace& place) const;
  /// The line with its number, and carets below the place followed by `remark`.
  [[nodiscard]] std::string excerpt(const SourcePlace& place, std::string_view remark = {}) const;
  /// A usage failure (exit code 64) at that place.
  [[nodiscard]] Failure failure(const SourcePlace& place, std::string message, std::string fix = {},
                                std::string_view remark = {}) const;
};

}  // namespace glowplug::cli
