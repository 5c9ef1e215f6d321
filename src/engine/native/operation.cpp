#include "engine/native/operation.h"

#include <fmt/format.h>

#include <array>

namespace glowplug::engine::native {
namespace {

using Table = std::array<const OperationType*, kOpcodeCount>;

Table make_table() {
  Table table{};
  for (const auto types : {shape_operations(), select_operations(), element_operations(),
                           reduce_operations(), matrix_operations(), image_operations(),
                           feature_operations(), encoder_operations(), class_operations()}) {
    for (const OperationType& type : types) table[static_cast<std::size_t>(type.opcode)] = &type;
  }
  return table;
}

Result<void> check_count(std::string_view operation, std::string_view what, std::size_t count,
                         std::size_t least, std::size_t most) {
  if (count >= least && count <= most) return {};
  return invalid_argument(
      fmt::format("{} has {} {}; {} to {} belong there", operation, count, what, least, most));
}

Result<void> check_arity(const OperationType& type, const Operands& operands) {
  GLOWPLUG_TRY(check_count(type.name, "inputs", operands.inputs.size(), type.least_inputs,
                           type.most_inputs));
  GLOWPLUG_TRY(
      check_count(type.name, "outputs", operands.outputs.size(), type.outputs, type.outputs));
  GLOWPLUG_TRY(check_count(type.name, "parameters", operands.parameters.size(),
                           type.least_parameters, type.most_parameters));
  for (std::size_t i = 0; i < type.least_inputs; ++i) {
    if (operands.inputs[i] == nullptr)
      return invalid_argument(fmt::format("{} lacks input {}", type.name, i));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Operation>> make_operation(std::uint16_t opcode, Operands operands) {
  static const Table table = make_table();
  if (opcode >= kOpcodeCount || table[opcode] == nullptr)
    return invalid_argument(fmt::format("there is no operation {}", opcode));
  const OperationType& type = *table[opcode];
  GLOWPLUG_TRY(check_arity(type, operands));
  auto operation = type.make(std::move(operands));
  if (auto checked = operation->check(); !checked) return std::move(checked).error().in(type.name);
  return operation;
}

Result<void> Operation::need(std::size_t index, Element element) const {
  if (has(index) && in(index).element == element) return {};
  return Error{Code::unimplemented,
               fmt::format("input {} is {}; {} is known here", index,
                           has(index) ? name_of(in(index).element) : "left out", name_of(element)),
               {}};
}

Result<void> Operation::need_constant(std::size_t index, Element element, std::size_t rank) const {
  GLOWPLUG_TRY(need(index, element));
  if (in(index).constant && in(index).rank == rank) return {};
  return invalid_argument(fmt::format("input {} is {}; a constant of {} dimensions belongs there",
                                      index, describe(in(index)), rank));
}

Result<std::size_t> Operation::axis_parameter(std::size_t index, std::size_t rank) const {
  const std::int64_t given = parameter(index);
  const auto dimensions = static_cast<std::int64_t>(rank);
  if (given < -dimensions || given >= dimensions)
    return invalid_argument(fmt::format("axis {} of {} dimensions", given, rank));
  return static_cast<std::size_t>(given < 0 ? given + dimensions : given);
}

Result<std::span<const std::int64_t>> Operation::known_integers(std::size_t index) const {
  GLOWPLUG_TRY(need(index, Element::int64));
  if (in(index).known && in(index).rank <= 1) return in(index).values<std::int64_t>();
  return Error{Code::unimplemented,
               fmt::format("input {} is computed from values; a constant or what follows from "
                           "shapes is known here",
                           index),
               {}};
}

}  // namespace glowplug::engine::native
