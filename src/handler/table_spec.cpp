#include "handler/table_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "handler/spec_reader.h"

namespace glowplug::handler {
namespace {

ColumnType type_of(Datatype datatype) {
  switch (datatype) {
    case Datatype::bytes:
      return ColumnType::text;
    case Datatype::bool_:
      return ColumnType::boolean;
    case Datatype::fp16:
    case Datatype::fp32:
    case Datatype::fp64:
    case Datatype::bf16:
      return ColumnType::number;
    default:
      return ColumnType::integer;
  }
}

bool is_column(const TensorSpec& input) {
  const Shape& shape = input.shape;
  return !shape.empty() && shape[0] == -1 &&
         (shape.size() == 1 || (shape.size() == 2 && shape[1] == 1));
}

/// How many columns one wide input has; nothing if the model has none such.
std::optional<std::size_t> wide_columns(const Signature& signature) {
  if (signature.inputs.size() != 1) return std::nullopt;
  const Shape& shape = signature.inputs[0].shape;
  if (shape.size() != 2 || shape[0] != -1 || shape[1] < 2) return std::nullopt;
  return static_cast<std::size_t>(shape[1]);
}

Result<std::vector<ColumnSpec>> columns_of(const Signature& signature) {
  std::vector<ColumnSpec> columns;
  if (const auto wide = wide_columns(signature)) {
    columns.resize(*wide);
    for (ColumnSpec& column : columns) column.type = type_of(signature.inputs[0].datatype);
    return columns;
  }
  for (std::size_t i = 0; i < signature.inputs.size(); ++i) {
    const TensorSpec& input = signature.inputs[i];
    if (!is_column(input))
      return Error{Code::unimplemented,
                   fmt::format("\"{}\" {}{} is no column of a table; send JSON records", input.name,
                               name_of(input.datatype), to_string(input.shape)),
                   {}};
    ColumnSpec& column = columns.emplace_back();
    column.name = input.name;
    column.type = type_of(input.datatype);
    column.input = i;
  }
  return columns;
}

ColumnType column_type_named(std::string_view name) {
  if (name == "text") return ColumnType::text;
  if (name == "integer") return ColumnType::integer;
  return name == "boolean" ? ColumnType::boolean : ColumnType::number;
}

std::string_view name_of_type(ColumnType type) {
  static constexpr std::string_view kTypeNames[] = {"number", "integer", "text", "boolean"};
  return kTypeNames[static_cast<std::size_t>(type)];
}

/// Whether a column's values can be written into an input.
bool fits(ColumnType type, Datatype datatype) {
  const ColumnType own = type_of(datatype);
  const auto is_numeric = [](ColumnType one) {
    return one == ColumnType::number || one == ColumnType::integer;
  };
  return type == own || (is_numeric(type) && is_numeric(own));
}

/// Whether a default is a value that a caller could send.
bool is_allowed(const Json& value, const ColumnSpec& column) {
  switch (column.type) {
    case ColumnType::text:
      return value.is_string() &&
             (column.categories.empty() ||
              std::ranges::find(column.categories, value.get_ref<const std::string&>()) !=
                  column.categories.end());
    case ColumnType::boolean:
      return value.is_boolean();
    case ColumnType::integer:
      if (!value.is_number_integer()) return false;
      break;
    case ColumnType::number:
      if (!value.is_number()) return false;
      break;
  }
  const auto number = value.get<double>();
  return !(column.minimum && number < *column.minimum) &&
         !(column.maximum && number > *column.maximum);
}

Result<std::vector<std::string>> categories_of(const Json& json, const SpecReader& reader) {
  std::vector<std::string> categories;
  if (!json.contains("categories")) return categories;
  if (!json["categories"].is_array()) return reader.wrong("categories", "a list of texts");
  for (const Json& one : json["categories"]) {
    if (!one.is_string()) return reader.wrong("categories", "a list of texts");
    categories.push_back(one.get<std::string>());
  }
  return categories;
}

Result<void> read_bounds(const SpecReader& reader, ColumnSpec& column) {
  if (reader.has("minimum")) {
    GLOWPLUG_ASSIGN(column.minimum, reader.number("minimum", 0));
  }
  if (reader.has("maximum")) {
    GLOWPLUG_ASSIGN(column.maximum, reader.number("maximum", 0));
  }
  if (column.minimum && column.maximum && *column.minimum > *column.maximum)
    return reader.wrong("minimum", "no more than the maximum");
  return {};
}

/// `found`: what the signature says of it.
Result<ColumnSpec> read_column(const Json& json, std::size_t index, ColumnSpec column,
                               Datatype datatype, bool nan_if_missing) {
  const SpecReader reader(json, fmt::format("input.columns[{}]", index));
  GLOWPLUG_TRY(
      reader.only({"name", "type", "default", "missing", "minimum", "maximum", "categories"}));
  GLOWPLUG_ASSIGN(column.name, reader.text("name", ""));
  if (column.name.empty())
    return invalid_argument(fmt::format("input.columns[{}] has no name", index));
  GLOWPLUG_ASSIGN(const std::string type,
                  reader.choice("type", std::string(name_of_type(column.type)),
                                {"number", "integer", "text", "boolean"}));
  column.type = column_type_named(type);
  if (!fits(column.type, datatype))
    return reader.wrong("type", fmt::format("a type for an input of {}", name_of(datatype)));
  GLOWPLUG_ASSIGN(const std::string missing,
                  reader.choice("missing", nan_if_missing ? "nan" : "refuse", {"refuse", "nan"}));
  column.nan_if_missing = missing == "nan";
  column.fallback = json.value("default", Json());
  GLOWPLUG_TRY(read_bounds(reader, column));
  GLOWPLUG_ASSIGN(column.categories, categories_of(json, reader));
  if (!column.fallback.is_null() && !is_allowed(column.fallback, column))
    return reader.wrong("default", "a value that the column allows");
  return column;
}

Result<ColumnSpec> from_signature(const Json& json, std::size_t index,
                                  const std::vector<ColumnSpec>& known, bool wide) {
  if (wide) return known.at(index);
  const std::string name = json.is_object() && json.contains("name") && json["name"].is_string()
                               ? json["name"].get<std::string>()
                               : "";
  const auto found = std::ranges::find(known, name, &ColumnSpec::name);
  if (found != known.end()) return *found;
  return invalid_argument(
      fmt::format("input.columns[{}] is \"{}\", which the model does not take", index, name));
}

Result<void> read_columns(const Json& json, const std::vector<ColumnSpec>& known,
                          const Signature& signature, bool nan_if_missing, TableSpec& spec) {
  if (!json.is_array() || json.size() != known.size())
    return invalid_argument(
        fmt::format("input.columns must be a list of the model's {} columns", known.size()));
  std::set<std::string> names;
  for (std::size_t i = 0; i < json.size(); ++i) {
    GLOWPLUG_ASSIGN(ColumnSpec found, from_signature(json[i], i, known, spec.is_wide));
    const Datatype datatype = signature.inputs[found.input].datatype;
    GLOWPLUG_ASSIGN(ColumnSpec column,
                    read_column(json[i], i, std::move(found), datatype, nan_if_missing));
    if (!names.insert(column.name).second)
      return invalid_argument(fmt::format("input.columns has \"{}\" twice", column.name));
    spec.columns.push_back(std::move(column));
  }
  return {};
}

}  // namespace

Result<TableSpec> table_spec(const Json& json, const Signature& signature) {
  TableSpec spec;
  spec.is_wide = wide_columns(signature).has_value();
  GLOWPLUG_ASSIGN(std::vector<ColumnSpec> known, columns_of(signature));
  if (json.is_null()) {
    spec.columns = std::move(known);
    return spec;
  }
  const SpecReader reader(json, "input");
  GLOWPLUG_TRY(reader.only({"type", "columns", "unknown", "missing", "separator"}));
  GLOWPLUG_ASSIGN(const std::string missing, reader.choice("missing", "refuse", {"refuse", "nan"}));
  GLOWPLUG_ASSIGN(const std::string unknown,
                  reader.choice("unknown", "refuse", {"refuse", "ignore"}));
  GLOWPLUG_ASSIGN(const std::string separator,
                  reader.choice("separator", ",", {",", ";", "\t", "|"}));
  spec.ignore_unknown = unknown == "ignore";
  spec.separator = separator[0];
  if (json.contains("columns")) {
    GLOWPLUG_TRY(read_columns(json["columns"], known, signature, missing == "nan", spec));
    return spec;
  }
  spec.columns = std::move(known);
  for (ColumnSpec& column : spec.columns) column.nan_if_missing = missing == "nan";
  return spec;
}

}  // namespace glowplug::handler
