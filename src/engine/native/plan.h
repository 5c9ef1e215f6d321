#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.h"
#include "engine/native/plan_format.h"

namespace glowplug::engine::native {

/// The tables of a plan, in place. `read` makes sure that every offset and index in them leads to
/// where something of that kind is, and that each value is computed before it is used; what
/// operations and their parameters mean is checked by make_operation and Operation::bind.
class Plan {
 public:
  /// `bytes` lie at a multiple of 64 and outlive the object. Errors: invalid_argument (no plan, or
  /// one that could not be followed, with what is wrong); failed_precondition (another version).
  [[nodiscard]] static Result<Plan> read(std::span<const std::byte> bytes);

  [[nodiscard]] const Header& header() const { return header_; }
  [[nodiscard]] bool rows_independent() const { return (header_.flags & kRowsIndependent) != 0; }
  [[nodiscard]] std::span<const ValueRecord> values() const { return values_; }
  [[nodiscard]] std::span<const OperationRecord> operations() const { return operations_; }
  [[nodiscard]] std::span<const std::uint32_t> inputs_of(const OperationRecord& operation) const {
    return operands_.subspan(operation.first_operand, operation.input_count);
  }
  [[nodiscard]] std::span<const std::uint32_t> outputs_of(const OperationRecord& operation) const {
    return operands_.subspan(operation.first_operand + operation.input_count,
                             operation.output_count);
  }
  [[nodiscard]] std::span<const std::int64_t> parameters_of(
      const OperationRecord& operation) const {
    return parameters_.subspan(operation.first_parameter, operation.parameter_count);
  }
  /// Values that the plan gives, in signature order.
  [[nodiscard]] std::span<const std::uint32_t> outputs() const {
    return operands_.last(header_.output_count);
  }
  [[nodiscard]] std::string_view name_of(const ValueRecord& value) const {
    return texts_.substr(value.name_offset, value.name_size);
  }
  /// First element of a constant or default.
  [[nodiscard]] const std::byte* data_of(const ValueRecord& value) const {
    return bytes_.data() + value.data_offset;
  }
  [[nodiscard]] std::string_view text(TextSpan span) const {
    return texts_.substr(span.offset, span.size);
  }

 private:
  Plan() = default;
  Result<void> read_tables();
  [[nodiscard]] Result<void> check_values() const;
  [[nodiscard]] Result<void> check_value(const ValueRecord& value, bool is_input) const;
  [[nodiscard]] Result<void> check_data(const ValueRecord& value) const;
  [[nodiscard]] Result<void> check_order() const;
  [[nodiscard]] Result<void> check_ranges(const OperationRecord& operation) const;

  std::span<const std::byte> bytes_;
  Header header_{};
  std::span<const ValueRecord> values_;
  std::span<const OperationRecord> operations_;
  std::span<const std::uint32_t> operands_;
  std::span<const std::int64_t> parameters_;
  std::string_view texts_;
};

/// Bytes of one element as it lies in a plan.
[[nodiscard]] std::size_t stored_size_of(Element element);

}  // namespace glowplug::engine::native
