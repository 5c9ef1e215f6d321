#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glowplug::handler {

struct CsvLimits {
  std::size_t max_rows = 100'000;
  std::size_t max_columns = 10'000;
};

/// A cell without a value: nothing between two separators, unlike "".
using CsvCell = std::optional<std::string>;
using CsvRows = std::vector<std::vector<CsvCell>>;

/// RFC 4180, lines ended by LF or CRLF; a byte order mark and empty lines are left out, and blanks
/// around what is not quoted. Errors: invalid_argument (a quote out of place, cut off inside
/// quotes, not UTF-8, rows of different lengths, with the row's number from 1), too_large.
[[nodiscard]] Result<CsvRows> read_csv(std::string_view text, char separator,
                                       const CsvLimits& limits = {});

}  // namespace glowplug::handler
