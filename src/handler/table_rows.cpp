#include "handler/table_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/nearest.h"
#include "base/number.h"

namespace glowplug::handler {
namespace {

std::optional<bool> flag_in(std::string_view text) {
  for (const std::string_view yes : {"true", "True", "TRUE", "1"})
    if (text == yes) return true;
  for (const std::string_view no : {"false", "False", "FALSE", "0"})
    if (text == no) return false;
  return std::nullopt;
}

std::string_view expected(ColumnType type) {
  switch (type) {
    case ColumnType::number:
      return "a number";
    case ColumnType::integer:
      return "a whole number";
    case ColumnType::boolean:
      return "true or false";
    case ColumnType::text:
      break;
  }
  return "a text";
}

/// Without a value where the text is not of the type.
Json parsed(std::string_view text, ColumnType type) {
  switch (type) {
    case ColumnType::number:
      if (const auto number = number_in<double>(text)) return *number;
      return nullptr;
    case ColumnType::integer:
      if (const auto number = number_in<std::int64_t>(text)) return *number;
      return nullptr;
    case ColumnType::boolean:
      if (const auto flag = flag_in(text)) return *flag;
      return nullptr;
    case ColumnType::text:
      break;
  }
  return text;
}

bool is_of(const Json& value, ColumnType type) {
  switch (type) {
    case ColumnType::number:
      return value.is_number();
    case ColumnType::integer:
      return value.is_number_integer();
    case ColumnType::boolean:
      return value.is_boolean();
    case ColumnType::text:
      break;
  }
  return value.is_string();
}

std::string shortened(const Json& value) {
  constexpr std::size_t kShown = 60;
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kShown) text = text.substr(0, kShown) + "…";
  return text;
}

}  // namespace

std::vector<std::string> TableRows::names() const {
  std::vector<std::string> names;
  names.reserve(spec_.columns.size());
  for (const ColumnSpec& column : spec_.columns) names.push_back(column.name);
  return names;
}

std::string TableRows::describe(const Place& place) const {
  if (!place.column->name.empty())
    return fmt::format("row {}, column \"{}\"", place.row + 1, place.column->name);
  return fmt::format("row {}, column {}", place.row + 1, place.column - spec_.columns.data() + 1);
}

Error TableRows::unknown_column(const std::string& name) const {
  const auto meant = nearest(name, names());
  return invalid_argument(fmt::format(
      "the table has the unknown column \"{}\"{}; the columns are {}", name,
      meant ? fmt::format(", did you mean \"{}\"?", *meant) : "", fmt::join(names(), ", ")));
}

Result<TableRows::Order> TableRows::order_of(const std::vector<std::string>& given) const {
  Order order(spec_.columns.size());
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto found = std::ranges::find(spec_.columns, given[i], &ColumnSpec::name);
    if (found == spec_.columns.end() || found->name.empty()) {
      if (spec_.ignore_unknown) continue;
      return unknown_column(given[i]);
    }
    auto& place = order[static_cast<std::size_t>(found - spec_.columns.begin())];
    if (place) return invalid_argument(fmt::format("the table has column \"{}\" twice", given[i]));
    place = i;
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    const ColumnSpec& column = spec_.columns[i];
    if (order[i] || !column.fallback.is_null() || column.nan_if_missing) continue;
    return invalid_argument(fmt::format("the table lacks the column \"{}\"; the columns are {}",
                                        column.name, fmt::join(names(), ", ")));
  }
  return order;
}

Result<TableRows::Order> TableRows::by_place(std::size_t count) const {
  if (count != spec_.columns.size())
    return invalid_argument(
        fmt::format("the table has {} columns without names; the model takes {}: {}", count,
                    spec_.columns.size(), signature_.describe()));
  Order order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  return order;
}

bool TableRows::is_header(const std::vector<CsvCell>& row) const {
  const auto known = [this](const CsvCell& cell) {
    return cell && !cell->empty() &&
           std::ranges::find(spec_.columns, *cell, &ColumnSpec::name) != spec_.columns.end();
  };
  if (std::ranges::all_of(row, known)) return true;
  // A header with a name that is wrong: no cell of a column of numbers is one.
  const bool has_names = std::ranges::any_of(row, known);
  return has_names && std::ranges::none_of(row, [](const CsvCell& cell) {
           return cell && number_in<double>(*cell);
         });
}

Json TableRows::as_record(Json values) const {
  if (spec_.is_wide) return values;
  Json record = Json::object();
  for (std::size_t i = 0; i < spec_.columns.size(); ++i)
    record[signature_.inputs[spec_.columns[i].input].name] = std::move(values[i]);
  return record;
}

template <class Cells>
Result<Json> TableRows::record_of(const Cells& cells, const Order& order, std::size_t row) const {
  Json values = Json::array();
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Place place{row, &spec_.columns[i]};
    GLOWPLUG_ASSIGN(Json value, order[i] ? value_of(cells[*order[i]], place) : missing(place));
    values.push_back(std::move(value));
  }
  return as_record(std::move(values));
}

Result<Json> TableRows::from_csv(const CsvRows& rows, std::optional<bool> header) const {
  if (rows.empty()) return invalid_argument("the table is empty");
  const bool has_header = header.value_or(is_header(rows[0]));
  const bool by_name = has_header && !spec_.columns[0].name.empty();
  std::vector<std::string> given;
  for (const CsvCell& cell : rows[0]) given.push_back(cell.value_or(""));
  GLOWPLUG_ASSIGN(const Order order, by_name ? order_of(given) : by_place(rows[0].size()));
  Json records = Json::array();
  for (std::size_t i = has_header ? 1 : 0; i < rows.size(); ++i) {
    GLOWPLUG_ASSIGN(Json record, record_of(rows[i], order, records.size()));
    records.push_back(std::move(record));
  }
  if (records.empty()) return invalid_argument("the table has a header and no rows");
  return records;
}

Result<Json> TableRows::from_split(const Json& split) const {
  if (!split.is_object() || !split.contains("columns") || !split.contains("data") ||
      !split["columns"].is_array() || !split["data"].is_array())
    return invalid_argument(
        "a table by columns is {\"columns\": [names], \"data\": [[values], …]}");
  std::vector<std::string> given;
  for (const Json& name : split["columns"]) {
    if (!name.is_string()) return invalid_argument("\"columns\" must be a list of names");
    given.push_back(name.get<std::string>());
  }
  GLOWPLUG_ASSIGN(const Order order,
                  spec_.columns[0].name.empty() ? by_place(given.size()) : order_of(given));
  Json records = Json::array();
  for (const Json& row : split["data"]) {
    if (!row.is_array() || row.size() != given.size())
      return invalid_argument(fmt::format("row {} of \"data\" is no list of {} values",
                                          records.size() + 1, given.size()));
    GLOWPLUG_ASSIGN(Json record, record_of(row, order, records.size()));
    records.push_back(std::move(record));
  }
  return records;
}

Result<Json> TableRows::from_records(const Json& list) const {
  Json records = Json::array();
  for (const Json& row : list) {
    if (row.is_array()) {
      GLOWPLUG_ASSIGN(const Order order, by_place(row.size()));
      GLOWPLUG_ASSIGN(Json record, record_of(row, order, records.size()));
      records.push_back(std::move(record));
    } else {
      GLOWPLUG_ASSIGN(Json record, from_object(row, records.size()));
      records.push_back(std::move(record));
    }
  }
  return records;
}

Result<Json> TableRows::from_object(const Json& record, std::size_t row) const {
  if (!record.is_object())
    return invalid_argument(fmt::format("row {} is no object and no list", row + 1));
  for (const auto& [key, value] : record.items()) {
    const bool known =
        std::ranges::find(spec_.columns, key, &ColumnSpec::name) != spec_.columns.end();
    if (!known && !spec_.ignore_unknown)
      return unknown_column(key).in(fmt::format("row {}", row + 1));
  }
  Json values = Json::array();
  for (const ColumnSpec& column : spec_.columns) {
    const auto found = record.find(column.name);
    const Place place{row, &column};
    GLOWPLUG_ASSIGN(Json value, found == record.end() ? missing(place) : value_of(*found, place));
    values.push_back(std::move(value));
  }
  return as_record(std::move(values));
}

Result<Json> TableRows::missing(const Place& place) const {
  const ColumnSpec& column = *place.column;
  if (!column.fallback.is_null()) return column.fallback;
  if (column.nan_if_missing && column.type == ColumnType::number)
    return Json(std::numeric_limits<double>::quiet_NaN());
  if (column.nan_if_missing && column.type == ColumnType::text) return Json("");
  return invalid_argument(fmt::format("{}: the value is missing", describe(place)));
}

Result<Json> TableRows::value_of(const CsvCell& cell, const Place& place) const {
  const ColumnType type = place.column->type;
  if (!cell || (cell->empty() && type != ColumnType::text)) return missing(place);
  Json value = parsed(*cell, type);
  if (value.is_null())
    return invalid_argument(
        fmt::format("{} is {}; expected {}", describe(place), shortened(*cell), expected(type)));
  GLOWPLUG_TRY(check(value, place));
  return value;
}

Result<Json> TableRows::value_of(const Json& cell, const Place& place) const {
  if (cell.is_null()) return missing(place);
  if (!is_of(cell, place.column->type))
    return invalid_argument(fmt::format("{} is {}; expected {}", describe(place), shortened(cell),
                                        expected(place.column->type)));
  GLOWPLUG_TRY(check(cell, place));
  return cell;
}

Result<void> TableRows::check(const Json& value, const Place& place) const {
  const ColumnSpec& column = *place.column;
  if (value.is_number()) {
    const auto number = value.get<double>();
    if (std::isnan(number) && !column.nan_if_missing)
      return invalid_argument(fmt::format("{} is not a number (NaN)", describe(place)));
    if (std::isinf(number))
      return invalid_argument(
          fmt::format("{} is infinite; expected a finite number", describe(place)));
    if ((column.minimum && number < *column.minimum) ||
        (column.maximum && number > *column.maximum))
      return invalid_argument(
          fmt::format("{} is {}; expected {} to {}", describe(place), shortened(value),
                      column.minimum ? fmt::format("{}", *column.minimum) : "any number",
                      column.maximum ? fmt::format("{}", *column.maximum) : "any number"));
  }
  if (value.is_string() && !column.categories.empty() &&
      std::ranges::find(column.categories, value.get_ref<const std::string&>()) ==
          column.categories.end())
    return invalid_argument(fmt::format("{} is {}; expected one of {}", describe(place),
                                        shortened(value), fmt::join(column.categories, ", ")));
  return {};
}

}  // namespace glowplug::handler
