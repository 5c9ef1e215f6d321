#pragma once
#include <string>
#include <vector>

#include "cli/terminal/terminal.h"

namespace glowplug::cli {

/// A table for people: columns fit the width by cutting the widest ones, rows are never wrapped.
/// Piped, it is tab-separated values with the headings as the first line, nothing cut.
struct Table {
  struct Column {
    std::string heading;  ///< with the unit: "size MB"
    bool number = false;  ///< right-aligned
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< one text for each column

  /// `wide`: nothing is cut on a terminal either. Ends with a newline; empty without rows.
  [[nodiscard]] std::string text(const Terminal& terminal, bool wide = false) const;
};

}  // namespace glowplug::cli
