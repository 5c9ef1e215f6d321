#pragma once
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/native/operation.h"
#include "optimize/native/constant.h"

namespace glowplug::optimize::native {

using engine::native::Opcode;
using engine::native::Operand;
using ValueId = std::uint32_t;
inline constexpr ValueId kNoValue = engine::native::kNone;

/// Parameters of operations, which are integers; a real one is the bits of a double.
[[nodiscard]] std::int64_t real(double value);

/// A value of the plan that is being built.
struct BuiltValue {
  engine::native::Role role = engine::native::Role::temporary;
  std::string name;                    ///< inputs and outputs
  bool optional = false;               ///< an input with a default, `constant`
  std::vector<std::int64_t> declared;  ///< inputs and outputs: dimensions of the signature
  Constant constant;
  Operand trial;  ///< its type, and its shape for one trial shape of the inputs
  std::vector<std::byte> memory;
  std::vector<std::string_view> texts;
};

struct BuiltOperation {
  Opcode opcode;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  std::vector<std::int64_t> parameters;
};

/// Collects the operations of a plan. Each is made and bound to the shapes of one trial as it is
/// added, by the engine's own code, so types and ranks are known to who adds the next one; what
/// depends on constants alone is computed and becomes a constant.
class Builder {
 public:
  explicit Builder(const engine::native::Kernels& kernels) : kernels_(kernels) {}

  /// `trial`: what its dimensions of -1 are in the trial.
  Result<ValueId> add_input(std::string name, Element element, std::vector<std::int64_t> declared,
                            std::span<const std::int64_t> trial, std::optional<Constant> given);
  [[nodiscard]] ValueId add_constant(Constant constant);

  using Inputs = std::vector<ValueId>;  ///< kNoValue: left out
  using Parameters = std::vector<std::int64_t>;
  /// Errors: those of make_operation, Operation::bind and, for constants, Operation::run.
  [[nodiscard]] Result<ValueId> add(Opcode opcode, Inputs inputs, Parameters parameters);
  [[nodiscard]] Result<std::vector<ValueId>> add(Opcode opcode, Inputs inputs,
                                                 Parameters parameters, std::size_t outputs);
  /// `value` under the name of an output; a value of its own even if `value` is an input, a
  /// constant or another output.
  [[nodiscard]] Result<void> add_output(ValueId value, std::string name, Element element,
                                        std::vector<std::int64_t> declared);

  [[nodiscard]] const Operand& operand(ValueId value) const { return values_[value].trial; }
  [[nodiscard]] bool is_constant(ValueId value) const { return values_[value].trial.constant; }
  [[nodiscard]] const Constant& constant(ValueId value) const { return values_[value].constant; }
  /// What computes a temporary value; null for others.
  [[nodiscard]] const BuiltOperation* producer(ValueId value) const;

  [[nodiscard]] const std::deque<BuiltValue>& values() const { return values_; }
  [[nodiscard]] const std::vector<BuiltOperation>& operations() const { return operations_; }
  [[nodiscard]] const std::vector<ValueId>& inputs() const { return inputs_; }
  [[nodiscard]] const std::vector<ValueId>& outputs() const { return outputs_; }

 private:
  [[nodiscard]] Result<std::vector<ValueId>> add(BuiltOperation built, std::size_t outputs,
                                                 bool fold);
  [[nodiscard]] Result<void> compute(engine::native::Operation& operation);
  void keep_constant(BuiltValue& value);
  void point_to_constant(BuiltValue& value);

  const engine::native::Kernels& kernels_;
  std::deque<BuiltValue> values_;  // operands stay where they are
  std::vector<BuiltOperation> operations_;
  /// Operations hold views of parameters and are views of constants' memory while they compute.
  std::deque<std::vector<std::int64_t>> parameters_;
  std::vector<ValueId> inputs_;
  std::vector<ValueId> outputs_;
};

}  // namespace glowplug::optimize::native
