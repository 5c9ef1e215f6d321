#include "engine/native/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/native/operand.h"

namespace glowplug::engine::native {
namespace {

/// Takes tables off the front of a plan.
class Cutter {
 public:
  Cutter(std::span<const std::byte> bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  template <class T>
  Result<std::span<const T>> take(std::string_view what, std::uint64_t count) {
    at_ = (at_ + alignof(T) - 1) / alignof(T) * alignof(T);
    if (at_ > bytes_.size() || count > (bytes_.size() - at_) / sizeof(T))
      return invalid_argument(fmt::format("{} {} do not fit into the file", count, what));
    const auto* const first = reinterpret_cast<const T*>(bytes_.data() + at_);
    at_ += static_cast<std::size_t>(count) * sizeof(T);
    return std::span(first, static_cast<std::size_t>(count));
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_;
};

}  // namespace

std::size_t stored_size_of(Element element) {
  return element == Element::text ? sizeof(TextSpan) : size_of(element);
}

Result<Plan> Plan::read(std::span<const std::byte> bytes) {
  Plan plan;
  plan.bytes_ = bytes;
  if (bytes.size() < sizeof(Header) || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
    return invalid_argument("it does not begin like a plan of the native engine");
  GLOWPLUG_CHECK(reinterpret_cast<std::uintptr_t>(bytes.data()) % kConstantAlignment == 0);
  std::memcpy(&plan.header_, bytes.data(), sizeof(Header));
  if (plan.header_.version != kPlanVersion)
    return Error{Code::failed_precondition,
                 fmt::format("a plan of version {}; this program runs version {}",
                             plan.header_.version, kPlanVersion),
                 "glowplug export compiles the model again"};
  if (plan.header_.file_size != bytes.size())
    return invalid_argument(
        fmt::format("{} bytes of a plan of {}", bytes.size(), plan.header_.file_size));
  GLOWPLUG_TRY(plan.read_tables());
  GLOWPLUG_TRY(plan.check_values());
  GLOWPLUG_TRY(plan.check_order());
  return plan;
}

Result<void> Plan::read_tables() {
  Cutter cutter(bytes_, sizeof(Header));
  GLOWPLUG_ASSIGN(values_, cutter.take<ValueRecord>("values", header_.value_count));
  GLOWPLUG_ASSIGN(operations_, cutter.take<OperationRecord>("operations", header_.operation_count));
  GLOWPLUG_ASSIGN(operands_, cutter.take<std::uint32_t>("operands", header_.operand_count));
  GLOWPLUG_ASSIGN(parameters_, cutter.take<std::int64_t>("parameters", header_.parameter_count));
  GLOWPLUG_ASSIGN(const auto texts, cutter.take<char>("bytes of text", header_.text_size));
  texts_ = {texts.data(), texts.size()};
  if (header_.input_count > values_.size() || header_.output_count > operands_.size() ||
      header_.output_count == 0)
    return invalid_argument(fmt::format("{} inputs and {} outputs of {} values",
                                        header_.input_count, header_.output_count, values_.size()));
  return {};
}

Result<void> Plan::check_values() const {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    auto sound = check_value(values_[i], i < header_.input_count);
    if (!sound) return std::move(sound).error().in(fmt::format("value {}", i));
  }
  return {};
}

Result<void> Plan::check_value(const ValueRecord& value, bool is_input) const {
  if (static_cast<std::uint8_t>(value.element) >= kElementCount)
    return invalid_argument(fmt::format("element type {}", static_cast<int>(value.element)));
  if (is_input != (value.role == Role::input) || value.role > Role::temporary)
    return invalid_argument(fmt::format("role {}", static_cast<int>(value.role)));
  if (value.rank > kMostDimensions) return invalid_argument(fmt::format("rank {}", value.rank));
  if (value.name_offset > texts_.size() || value.name_size > texts_.size() - value.name_offset)
    return invalid_argument("its name lies outside of the texts");
  const bool has_default = is_input && (value.flags & kOptionalInput) != 0;
  if (is_input && value.element == Element::raw) return invalid_argument("an input of raw bytes");
  return has_default || value.role == Role::constant ? check_data(value) : Result<void>();
}

Result<void> Plan::check_data(const ValueRecord& value) const {
  Operand shape;
  GLOWPLUG_TRY(shape.set(value.element, {value.dimensions.data(), value.rank}));
  const std::size_t size = shape.count * stored_size_of(value.element);
  if (value.data_offset % kConstantAlignment != 0 || value.data_offset > bytes_.size() ||
      size > bytes_.size() - value.data_offset)
    return invalid_argument(fmt::format("its {} bytes at {} lie outside of the file of {}", size,
                                        value.data_offset, bytes_.size()));
  if (value.element != Element::text) return {};
  const std::span spans(reinterpret_cast<const TextSpan*>(data_of(value)), shape.count);
  for (const TextSpan& span : spans) {
    if (span.offset > texts_.size() || span.size > texts_.size() - span.offset)
      return invalid_argument("one of its texts lies outside of the texts");
  }
  return {};
}

Result<void> Plan::check_ranges(const OperationRecord& operation) const {
  const std::uint64_t operands_end =
      std::uint64_t{operation.first_operand} + operation.input_count + operation.output_count;
  const std::uint64_t parameters_end =
      std::uint64_t{operation.first_parameter} + operation.parameter_count;
  if (operands_end <= operands_.size() && parameters_end <= parameters_.size()) return {};
  return invalid_argument("operands or parameters lie outside of their tables");
}

Result<void> Plan::check_order() const {
  std::vector<bool> ready(values_.size());
  for (std::size_t i = 0; i < values_.size(); ++i) ready[i] = values_[i].role != Role::temporary;
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    const OperationRecord& operation = operations_[i];
    GLOWPLUG_TRY(check_ranges(operation));
    for (const std::uint32_t input : inputs_of(operation)) {
      if (input != kNone && (input >= values_.size() || !ready[input]))
        return invalid_argument(
            fmt::format("operation {} takes value {}, which is not there yet", i, input));
    }
    for (const std::uint32_t output : outputs_of(operation)) {
      if (output >= values_.size() || ready[output])
        return invalid_argument(
            fmt::format("operation {} gives value {}, which is there already", i, output));
      ready[output] = true;
    }
  }
  std::vector<bool> given(values_.size());
  for (const std::uint32_t output : outputs()) {
    if (output >= values_.size() || !ready[output] || given[output] ||
        values_[output].role != Role::temporary)
      return invalid_argument(fmt::format("value {} cannot be an output", output));
    given[output] = true;
  }
  return {};
}

}  // namespace glowplug::engine::native
