#pragma once
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/native/kernels.h"
#include "engine/native/opcode.h"
#include "engine/native/operand.h"

namespace glowplug::engine::native {

/// What an operation works on; all outlives it.
struct Operands {
  std::vector<const Operand*> inputs;  ///< null: left out
  std::vector<Operand*> outputs;
  std::span<const std::int64_t> parameters;
  const Kernels* kernels = nullptr;
};

/// One step of a plan. Trusts nothing that its plan says: `check` looks at constants once, `bind`
/// at shapes whenever they change, `run` at values that are used as indexes.
class Operation {
 public:
  explicit Operation(Operands operands) : operands_(std::move(operands)) {}
  virtual ~Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  /// Once, after the number of operands and parameters was found right. Errors: invalid_argument.
  [[nodiscard]] virtual Result<void> check() { return {}; }
  /// Sets element and shape of the outputs by those of the inputs; called again after each change.
  /// Inputs may have no data yet unless `known`. Errors: invalid_argument (they do not fit),
  /// unimplemented (an element type that it does not know).
  [[nodiscard]] virtual Result<void> bind() = 0;
  /// Computes the outputs, whose data has room for them. Errors: invalid_argument (a value that is
  /// no index, an unknown category where none is allowed).
  [[nodiscard]] virtual Result<void> run() = 0;
  /// The output is the same bytes as input 0; `run` sets its `data`.
  [[nodiscard]] virtual bool is_view() const { return false; }
  /// Memory for `run`, after `bind`; at `set_scratch`, aligned to 64 bytes.
  [[nodiscard]] virtual std::size_t scratch_bytes() const { return 0; }
  /// What `run` costs after `bind`, in multiplications, roughly.
  [[nodiscard]] virtual double work() const {
    double work = 1;
    for (const Operand* const output : operands_.outputs)
      work += static_cast<double>(output->count);
    return work;
  }
  void set_scratch(std::byte* scratch) { scratch_ = scratch; }

  [[nodiscard]] const Operands& operands() const { return operands_; }

 protected:
  [[nodiscard]] std::size_t input_count() const { return operands_.inputs.size(); }
  [[nodiscard]] bool has(std::size_t index) const {
    return index < operands_.inputs.size() && operands_.inputs[index] != nullptr;
  }
  [[nodiscard]] const Operand& in(std::size_t index) const { return *operands_.inputs[index]; }
  [[nodiscard]] Operand& out(std::size_t index = 0) const { return *operands_.outputs[index]; }
  [[nodiscard]] std::span<const std::int64_t> parameters() const { return operands_.parameters; }
  [[nodiscard]] std::int64_t parameter(std::size_t index) const {
    return operands_.parameters[index];
  }
  [[nodiscard]] float real_parameter(std::size_t index) const {
    return static_cast<float>(std::bit_cast<double>(operands_.parameters[index]));
  }
  [[nodiscard]] const Kernels& kernels() const { return *operands_.kernels; }
  [[nodiscard]] std::byte* scratch() const { return scratch_; }

  /// Errors: unimplemented unless input `index` is there and of that type.
  [[nodiscard]] Result<void> need(std::size_t index, Element element) const;
  /// Errors: invalid_argument unless it is a constant of that type and rank.
  [[nodiscard]] Result<void> need_constant(std::size_t index, Element element,
                                           std::size_t rank) const;
  /// The axis in [0, rank) that parameter `index` means; negative ones count from the end.
  [[nodiscard]] Result<std::size_t> axis_parameter(std::size_t index, std::size_t rank) const;
  /// The elements of an INT64 input that is known when operations are bound.
  [[nodiscard]] Result<std::span<const std::int64_t>> known_integers(std::size_t index) const;

 private:
  Operands operands_;
  std::byte* scratch_ = nullptr;
};

/// Makes and checks an operation. Errors: invalid_argument (an opcode that there is not, a wrong
/// number of operands or parameters), those of Operation::check.
[[nodiscard]] Result<std::unique_ptr<Operation>> make_operation(std::uint16_t opcode,
                                                                Operands operands);

/// One line of the table of operations; each file of operations gives its own lines.
struct OperationType {
  Opcode opcode;
  std::string_view name;
  std::size_t least_inputs;
  std::size_t most_inputs;
  std::size_t outputs;
  std::size_t least_parameters;
  std::size_t most_parameters;
  std::unique_ptr<Operation> (*make)(Operands operands);
};
template <class T>
std::unique_ptr<Operation> make(Operands operands) {
  return std::make_unique<T>(std::move(operands));
}
inline constexpr std::size_t kMany = 255;

[[nodiscard]] std::span<const OperationType> shape_operations();    ///< shape_operations.cpp
[[nodiscard]] std::span<const OperationType> select_operations();   ///< select_operations.cpp
[[nodiscard]] std::span<const OperationType> element_operations();  ///< element_operations.cpp
[[nodiscard]] std::span<const OperationType> reduce_operations();   ///< reduce_operations.cpp
[[nodiscard]] std::span<const OperationType> matrix_operations();   ///< matrix_operations.cpp
[[nodiscard]] std::span<const OperationType> image_operations();    ///< image_operations.cpp
[[nodiscard]] std::span<const OperationType> feature_operations();  ///< feature_operations.cpp
[[nodiscard]] std::span<const OperationType> encoder_operations();  ///< encoder_operations.cpp
[[nodiscard]] std::span<const OperationType> class_operations();    ///< class_operations.cpp

}  // namespace glowplug::engine::native
