#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/signature.h"

namespace glowplug::handler {

enum class ColumnType { number, integer, text, boolean };

/// One column of a table and where its values go.
struct ColumnSpec {
  std::string name;  ///< empty: known by its place only
  ColumnType type = ColumnType::number;
  std::size_t input = 0;  ///< of the signature
  Json fallback;          ///< of a missing value; null: none
  bool nan_if_missing = false;
  std::optional<double> minimum, maximum;  ///< inclusive
  std::vector<std::string> categories;     ///< allowed texts; empty: any
};

/// "input" of a handler of type table:
///
///     {"type": "table", "columns": [{"name", "type": "number" | "integer" | "text" | "boolean",
///      "default", "missing": "refuse" | "nan", "minimum", "maximum", "categories"}, …],
///      "unknown": "refuse" | "ignore", "missing": "refuse" | "nan", "separator": ","}
///
/// Columns are inputs of shape [rows] or [rows, 1] by their name, or, in their order, the elements
/// of the only input, of shape [rows, columns]. Without "columns" they follow from the signature;
/// those of one wide input have no names then.
struct TableSpec {
  std::vector<ColumnSpec> columns;
  bool is_wide = false;  ///< all of them are elements of one input
  bool ignore_unknown = false;
  char separator = ',';
};

/// `json`: null for none. Errors: invalid_argument naming the key; unimplemented (inputs of other
/// shapes are not columns).
[[nodiscard]] Result<TableSpec> table_spec(const Json& json, const Signature& signature);

}  // namespace glowplug::handler
