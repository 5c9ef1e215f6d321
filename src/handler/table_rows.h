#pragma once
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "handler/csv.h"
#include "handler/table_spec.h"
#include "model/signature.h"

namespace glowplug::handler {

/// Rows of a table as plain JSON records for the model's inputs (predict_codec.h): defaults filled
/// in, types, bounds and categories checked, unknown columns refused or dropped.
class TableRows {
 public:
  /// Both outlive the object.
  TableRows(const TableSpec& spec, const Signature& signature)
      : spec_(spec), signature_(signature) {}

  /// The first row is a header if every cell of it is a column's name, or if `header` says so.
  [[nodiscard]] Result<Json> from_csv(const CsvRows& rows, std::optional<bool> header) const;
  /// {"columns": [names], "data": [[values], …]}; "index" is left out.
  [[nodiscard]] Result<Json> from_split(const Json& split) const;
  /// A list of objects, or of lists in the columns' order.
  [[nodiscard]] Result<Json> from_records(const Json& records) const;

 private:
  struct Place {
    std::size_t row = 0;
    const ColumnSpec* column = nullptr;
  };
  /// For each column of the spec where it stands in the table.
  using Order = std::vector<std::optional<std::size_t>>;
  [[nodiscard]] Result<Order> order_of(const std::vector<std::string>& names) const;
  [[nodiscard]] Result<Order> by_place(std::size_t count) const;
  [[nodiscard]] bool is_header(const std::vector<CsvCell>& row) const;
  template <class Cells>
  [[nodiscard]] Result<Json> record_of(const Cells& cells, const Order& order,
                                       std::size_t row) const;
  [[nodiscard]] Result<Json> from_object(const Json& record, std::size_t row) const;
  [[nodiscard]] Json as_record(Json values) const;
  [[nodiscard]] Result<Json> value_of(const CsvCell& cell, const Place& place) const;
  [[nodiscard]] Result<Json> value_of(const Json& cell, const Place& place) const;
  [[nodiscard]] Result<Json> missing(const Place& place) const;
  [[nodiscard]] Result<void> check(const Json& value, const Place& place) const;
  [[nodiscard]] Error unknown_column(const std::string& name) const;
  [[nodiscard]] std::string describe(const Place& place) const;
  [[nodiscard]] std::vector<std::string> names() const;

  const TableSpec& spec_;
  const Signature& signature_;
};

}  // namespace glowplug::handler
