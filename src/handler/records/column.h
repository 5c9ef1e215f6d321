#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/signature.h"

namespace glowplug::handler::records {

/// Builds one input's tensor from one JSON value for each record. The first value fixes the free
/// dimensions.
class Column {
 public:
  /// `spec` outlives the object. `rows`: records that will come, nullopt if one value is the whole
  /// tensor. `max_elements`: beyond it the error is too_large.
  Column(const TensorSpec& spec, std::optional<std::size_t> rows, std::size_t max_elements);

  /// Appends the value of the next record: nested arrays of the row's shape; a bare value will do
  /// for a row of one element. Errors: invalid_argument (what, where and what was expected);
  /// too_large.
  [[nodiscard]] Result<void> append(const Json& value);

  /// With the number of rows as dimension 0, unless one value is the whole tensor. A free dimension
  /// that no value reached, because a list around it is empty, is 0.
  [[nodiscard]] Shape shape() const;
  [[nodiscard]] std::vector<std::byte> take_bytes() { return std::move(bytes_); }

 private:
  /// `axis` of `shape_` is the one that `value` is an array along.
  [[nodiscard]] Result<void> append_nested(const Json& value, std::size_t axis);
  [[nodiscard]] Result<void> append_element(const Json& value);
  [[nodiscard]] Result<void> fix_dimension(const Json& value, std::size_t axis);
  [[nodiscard]] Error refuse(const std::string& what) const;

  const TensorSpec& spec_;
  std::size_t max_elements_;
  Shape shape_;
  std::size_t first_axis_;  // of a value: 1 where dimension 0 counts the records
  std::size_t elements_ = 0;
  std::vector<std::size_t> path_;  // indexes that lead to the element at hand
  std::vector<std::byte> bytes_;
};

}  // namespace glowplug::handler::records
