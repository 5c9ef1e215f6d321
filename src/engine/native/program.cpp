#include "engine/native/program.h"

#include <fmt/format.h>

#include <algorithm>

namespace glowplug::engine::native {

Result<std::unique_ptr<Program>> Program::create(const Plan& plan, const Kernels& kernels,
                                                 const Limits& limits) {
  std::unique_ptr<Program> program(new Program(plan, kernels, limits));
  program->input_count_ = plan.header().input_count;
  program->set_operands();
  GLOWPLUG_TRY(program->make_steps());
  program->find_lifetimes();
  return program;
}

void Program::set_operands() {
  operands_.resize(plan_.values().size());
  places_.resize(operands_.size());
  for (std::size_t i = 0; i < operands_.size(); ++i) {
    const ValueRecord& value = plan_.values()[i];
    operands_[i].element = value.element;
    if (value.role != Role::constant) continue;
    operands_[i].constant = operands_[i].known = true;
    // Plan::read has made sure of the shape.
    (void)operands_[i].set(value.element, {value.dimensions.data(), value.rank});
    if (value.element == Element::text) {
      set_texts(value, operands_[i]);
    } else {
      // Never written to: operations give to temporaries alone.
      operands_[i].data = const_cast<std::byte*>(plan_.data_of(value));
    }
  }
}

void Program::set_texts(const ValueRecord& value, Operand& operand) {
  const std::span spans(reinterpret_cast<const TextSpan*>(plan_.data_of(value)), operand.count);
  std::vector<std::string_view>& texts = texts_.emplace_back(spans.size());
  std::ranges::transform(spans, texts.begin(), [this](TextSpan span) { return plan_.text(span); });
  operand.data = reinterpret_cast<std::byte*>(texts.data());
}

Result<void> Program::make_steps() {
  steps_.reserve(plan_.operations().size());
  for (const OperationRecord& record : plan_.operations()) {
    Operands operands;
    bool when_bound = true;
    for (const std::uint32_t input : plan_.inputs_of(record)) {
      operands.inputs.push_back(input == kNone ? nullptr : &operands_[input]);
      when_bound &= input == kNone || operands_[input].known;
    }
    when_bound |= record.opcode == static_cast<std::uint16_t>(Opcode::shape);
    for (const std::uint32_t output : plan_.outputs_of(record)) {
      operands.outputs.push_back(&operands_[output]);
      operands_[output].known = when_bound;
    }
    operands.parameters = plan_.parameters_of(record);
    operands.kernels = &kernels_;
    auto operation = make_operation(record.opcode, std::move(operands));
    if (!operation)
      return std::move(operation).error().in(fmt::format("operation {}", steps_.size()));
    steps_.push_back({*std::move(operation), when_bound});
  }
  bound_memory_.resize(steps_.size());
  return {};
}

/// The memory of a value is in use until its last view is.
void Program::find_lifetimes() {
  last_use_.assign(operands_.size(), 0);
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    for (const Operand* const input : steps_[i].operation->operands().inputs) {
      if (input != nullptr) last_use_[index_of(*input)] = i;
    }
  }
  for (const std::uint32_t output : plan_.outputs()) last_use_[output] = steps_.size();
  for (std::size_t i = steps_.size(); i-- > 0;) {
    const Operation& operation = *steps_[i].operation;
    if (!operation.is_view()) continue;
    std::size_t& original = last_use_[index_of(*operation.operands().inputs[0])];
    original = std::max(original, last_use_[index_of(*operation.operands().outputs[0])]);
  }
}

void Program::leave_out(std::size_t index) {
  const ValueRecord& value = plan_.values()[index];
  (void)operands_[index].set(value.element, {value.dimensions.data(), value.rank});
  operands_[index].data = const_cast<std::byte*>(plan_.data_of(value));
}

bool Program::same_shapes() const {
  if (bound_shapes_.empty()) return false;
  for (std::size_t i = 0; i < input_count_; ++i) {
    if (!std::ranges::equal(operands_[i].shape(), bound_shapes_[i].view())) return false;
  }
  return true;
}

Result<void> Program::run() {
  if (!same_shapes()) GLOWPLUG_TRY(bind());
  for (const Step& step : steps_) {
    if (step.when_bound) continue;
    GLOWPLUG_TRY(step.operation->run());
  }
  return {};
}

Result<void> Program::bind() {
  bound_shapes_.clear();
  work_ = 0;
  arena_plan_.reset(0);
  std::size_t scratch = 0;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (auto bound = bind_step(i); !bound)
      return std::move(bound).error().in(fmt::format("operation {}", i));
    scratch = std::max(scratch, steps_[i].operation->scratch_bytes());
  }
  GLOWPLUG_TRY(arena_.ensure(arena_plan_.size() + scratch, limits_.memory_bytes));
  for (const Step& step : steps_) {
    step.operation->set_scratch(arena_.data() + arena_plan_.size());
    if (step.when_bound || step.operation->is_view()) continue;
    for (Operand* const output : step.operation->operands().outputs)
      output->data = arena_.data() + places_[index_of(*output)];
  }
  bound_shapes_.resize(std::max<std::size_t>(input_count_, 1));
  for (std::size_t i = 0; i < input_count_; ++i)
    bound_shapes_[i] = {operands_[i].dimensions, operands_[i].rank};
  return {};
}

Result<void> Program::bind_step(std::size_t index) {
  Operation& operation = *steps_[index].operation;
  GLOWPLUG_TRY(operation.bind());
  work_ += operation.work();
  if (work_ > limits_.work)
    return Error{
        Code::exhausted,
        fmt::format("{:.2g} multiplications in one run; at most {:.2g}", work_, limits_.work),
        "send fewer rows at once"};
  if (steps_[index].when_bound) return run_when_bound(index);
  if (operation.is_view()) return {};
  for (Operand* const output : operation.operands().outputs) {
    const std::size_t value = index_of(*output);
    places_[value] =
        arena_plan_.place(output->size_bytes(), index, std::max(index, last_use_[value]));
  }
  if (arena_plan_.size() > limits_.memory_bytes)
    return arena_.ensure(arena_plan_.size(), limits_.memory_bytes);
  return {};
}

Result<void> Program::run_when_bound(std::size_t index) {
  Operation& operation = *steps_[index].operation;
  std::size_t size = operation.scratch_bytes();
  for (const Operand* const output : operation.operands().outputs)
    size += output->size_bytes() + kConstantAlignment;
  if (size > limits_.memory_bytes) return arena_.ensure(size, limits_.memory_bytes);
  std::vector<std::byte>& memory = bound_memory_[index];
  memory.resize(size + kConstantAlignment);
  const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
  std::byte* at = memory.data() + (kConstantAlignment - address % kConstantAlignment);
  if (!operation.is_view()) {
    for (Operand* const output : operation.operands().outputs) {
      output->data = at;
      at +=
          (output->size_bytes() + kConstantAlignment - 1) / kConstantAlignment * kConstantAlignment;
    }
  }
  operation.set_scratch(at);
  return operation.run();
}

}  // namespace glowplug::engine::native
