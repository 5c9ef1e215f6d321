#include "optimize/native/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace glowplug::optimize::native {
namespace {

namespace native = engine::native;

constexpr std::size_t kAlignment = native::kConstantAlignment;

std::byte* aligned(std::vector<std::byte>& memory, std::size_t size) {
  memory.resize(size + kAlignment);
  const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
  return memory.data() + (kAlignment - address % kAlignment) % kAlignment;
}

}  // namespace

std::int64_t real(double value) { return std::bit_cast<std::int64_t>(value); }

void Builder::point_to_constant(BuiltValue& value) {
  if (value.constant.element == Element::text) {
    value.texts.assign(value.constant.texts.begin(), value.constant.texts.end());
    value.trial.data = reinterpret_cast<std::byte*>(value.texts.data());
    return;
  }
  value.trial.data = aligned(value.memory, value.constant.bytes.size());
  std::ranges::copy(value.constant.bytes, value.trial.data);
}

Result<ValueId> Builder::add_input(std::string name, Element element,
                                   std::vector<std::int64_t> declared,
                                   std::span<const std::int64_t> trial,
                                   std::optional<Constant> given) {
  BuiltValue& value = values_.emplace_back();
  value.role = native::Role::input;
  value.name = std::move(name);
  value.declared = std::move(declared);
  GLOWPLUG_TRY(value.trial.set(element, trial));
  value.optional = given.has_value();
  if (given) value.constant = *std::move(given);
  inputs_.push_back(static_cast<ValueId>(values_.size() - 1));
  return inputs_.back();
}

ValueId Builder::add_constant(Constant constant) {
  BuiltValue& value = values_.emplace_back();
  value.role = native::Role::constant;
  value.constant = std::move(constant);
  // Shapes of constants were checked where they were read or computed.
  GLOWPLUG_CHECK(value.trial.set(value.constant.element, value.constant.shape).has_value());
  value.trial.constant = value.trial.known = true;
  point_to_constant(value);
  return static_cast<ValueId>(values_.size() - 1);
}

Result<ValueId> Builder::add(Opcode opcode, Inputs inputs, Parameters parameters) {
  GLOWPLUG_ASSIGN(const auto outputs, add(opcode, std::move(inputs), std::move(parameters), 1));
  return outputs[0];
}

Result<std::vector<ValueId>> Builder::add(Opcode opcode, Inputs inputs, Parameters parameters,
                                          std::size_t outputs) {
  return add({opcode, std::move(inputs), {}, std::move(parameters)}, outputs, true);
}

Result<std::vector<ValueId>> Builder::add(BuiltOperation built, std::size_t outputs, bool fold) {
  native::Operands operands;
  bool known = true;
  bool constant = fold;
  for (const ValueId input : built.inputs) {
    operands.inputs.push_back(input == kNoValue ? nullptr : &values_[input].trial);
    known &= input == kNoValue || values_[input].trial.known;
    constant &= input == kNoValue || values_[input].trial.constant;
  }
  for (std::size_t i = 0; i < outputs; ++i) {
    built.outputs.push_back(static_cast<ValueId>(values_.size()));
    operands.outputs.push_back(&values_.emplace_back().trial);
  }
  operands.parameters = parameters_.emplace_back(built.parameters);
  operands.kernels = &kernels_;
  GLOWPLUG_ASSIGN(
      const auto operation,
      native::make_operation(static_cast<std::uint16_t>(built.opcode), std::move(operands)));
  GLOWPLUG_TRY(operation->bind());
  if (known || built.opcode == Opcode::shape) GLOWPLUG_TRY(compute(*operation));
  if (constant) {
    for (const ValueId output : built.outputs) keep_constant(values_[output]);
    return built.outputs;
  }
  operations_.push_back(built);
  return built.outputs;
}

Result<void> Builder::compute(native::Operation& operation) {
  for (Operand* const output : operation.operands().outputs) {
    const auto value = std::ranges::find(values_, output, [](BuiltValue& v) { return &v.trial; });
    output->data = aligned(value->memory, output->size_bytes());
    output->known = true;
  }
  std::vector<std::byte> scratch;
  operation.set_scratch(aligned(scratch, operation.scratch_bytes()));
  return operation.run();
}

void Builder::keep_constant(BuiltValue& value) {
  value.role = native::Role::constant;
  Constant& constant = value.constant;
  constant.element = value.trial.element;
  constant.shape.assign(value.trial.shape().begin(), value.trial.shape().end());
  if (constant.element == Element::text) {
    const auto texts = value.trial.values<std::string_view>();
    constant.texts.assign(texts.begin(), texts.end());
  } else {
    constant.bytes.assign(value.trial.data, value.trial.data + value.trial.size_bytes());
  }
  value.trial.constant = value.trial.known = true;
  point_to_constant(value);
}

Result<void> Builder::add_output(ValueId value, std::string name, Element element,
                                 std::vector<std::int64_t> declared) {
  const bool is_taken = values_[value].role != native::Role::temporary ||
                        std::ranges::find(outputs_, value) != outputs_.end();
  if (is_taken) {
    GLOWPLUG_ASSIGN(const auto copies, add({Opcode::reshape, {value}, {}, {0}}, 1, false));
    value = copies[0];
  }
  BuiltValue& output = values_[value];
  if (output.trial.element != element)
    return Error{Code::unimplemented,
                 fmt::format("output \"{}\" came out as {}", name, describe(output.trial)),
                 {}};
  output.name = std::move(name);
  output.declared = std::move(declared);
  outputs_.push_back(value);
  return {};
}

const BuiltOperation* Builder::producer(ValueId value) const {
  const auto found = std::ranges::find_if(operations_, [value](const BuiltOperation& operation) {
    return std::ranges::find(operation.outputs, value) != operation.outputs.end();
  });
  return found == operations_.end() ? nullptr : &*found;
}

}  // namespace glowplug::optimize::native
