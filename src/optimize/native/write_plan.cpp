#include "optimize/native/write_plan.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>

namespace glowplug::optimize::native {
namespace {

using engine::native::Header;
using engine::native::kConstantAlignment;
using engine::native::OperationRecord;
using engine::native::Role;
using engine::native::TextSpan;
using engine::native::ValueRecord;

template <class T>
void append(std::vector<std::byte>& to, std::span<const T> values) {
  to.resize((to.size() + alignof(T) - 1) / alignof(T) * alignof(T));
  const auto bytes = std::as_bytes(values);
  to.insert(to.end(), bytes.begin(), bytes.end());
}

/// Texts, each once.
class TextPool {
 public:
  TextSpan add(std::string_view text) {
    const auto [found, is_new] =
        places_.try_emplace(std::string(text), static_cast<std::uint32_t>(bytes_.size()));
    if (is_new) bytes_ += text;
    return {found->second, static_cast<std::uint32_t>(text.size())};
  }
  [[nodiscard]] std::span<const char> bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::map<std::string, std::uint32_t> places_;
};

class Writer {
 public:
  explicit Writer(const Builder& builder) : builder_(builder) {}

  std::vector<std::byte> write(bool rows_independent) {
    find_live();
    number_values();
    for (const ValueId value : order_) add_value(builder_.values()[value]);
    for (const BuiltOperation* const operation : live_) add_operation(*operation);
    for (const ValueId output : builder_.outputs()) operands_.push_back(index_.at(output));
    return assemble(rows_independent);
  }

 private:
  /// Backwards from the outputs.
  void find_live() {
    std::vector<bool> needed(builder_.values().size());
    for (const ValueId output : builder_.outputs()) needed[output] = true;
    const auto& operations = builder_.operations();
    for (auto at = operations.rbegin(); at != operations.rend(); ++at) {
      const bool live = std::ranges::any_of(at->outputs, [&](ValueId v) { return needed[v]; });
      if (!live) continue;
      live_.insert(live_.begin(), &*at);
      for (const ValueId input : at->inputs) {
        if (input != kNoValue) needed[input] = true;
      }
    }
    needed_ = std::move(needed);
  }

  /// Inputs first, then constants, then the rest, each in the order in which they were made.
  void number_values() {
    order_ = builder_.inputs();
    const auto& values = builder_.values();
    for (const Role role : {Role::constant, Role::temporary}) {
      for (ValueId i = 0; i < values.size(); ++i) {
        if (values[i].role == role && (needed_[i] || is_given(i))) order_.push_back(i);
      }
    }
    for (std::size_t i = 0; i < order_.size(); ++i)
      index_[order_[i]] = static_cast<std::uint32_t>(i);
  }
  /// An output that nobody asks for of an operation that is needed.
  [[nodiscard]] bool is_given(ValueId value) const {
    return std::ranges::any_of(live_, [value](const BuiltOperation* operation) {
      return std::ranges::find(operation->outputs, value) != operation->outputs.end();
    });
  }

  void add_value(const BuiltValue& value) {
    ValueRecord record{};
    record.element = value.trial.element;
    record.role = value.role;
    const TextSpan name = pool_.add(value.name);
    record.name_offset = name.offset;
    record.name_size = name.size;
    if (value.optional) record.flags = engine::native::kOptionalInput;
    const bool has_data = value.role == Role::constant || value.optional;
    const auto& shape = has_data ? value.constant.shape : value.declared;
    record.rank = static_cast<std::uint8_t>(shape.size());
    std::ranges::copy(shape, record.dimensions.begin());
    if (has_data) record.data_offset = add_data(value.constant);
    records_.push_back(record);
  }

  /// Offset inside the constants; the whole is moved behind the tables later.
  std::uint64_t add_data(const Constant& constant) {
    data_.resize((data_.size() + kConstantAlignment - 1) / kConstantAlignment * kConstantAlignment);
    const std::uint64_t at = data_.size();
    if (constant.element != Element::text) {
      data_.insert(data_.end(), constant.bytes.begin(), constant.bytes.end());
      return at;
    }
    for (const std::string& text : constant.texts) {
      const TextSpan span = pool_.add(text);
      append(data_, std::span(&span, 1));
    }
    return at;
  }

  void add_operation(const BuiltOperation& operation) {
    records_of_operations_.push_back({static_cast<std::uint16_t>(operation.opcode),
                                      static_cast<std::uint8_t>(operation.inputs.size()),
                                      static_cast<std::uint8_t>(operation.outputs.size()),
                                      static_cast<std::uint32_t>(operands_.size()),
                                      static_cast<std::uint32_t>(parameters_.size()),
                                      static_cast<std::uint32_t>(operation.parameters.size())});
    for (const ValueId input : operation.inputs)
      operands_.push_back(input == kNoValue ? kNoValue : index_.at(input));
    for (const ValueId output : operation.outputs) operands_.push_back(index_.at(output));
    parameters_.insert(parameters_.end(), operation.parameters.begin(), operation.parameters.end());
  }

  [[nodiscard]] std::vector<std::byte> tables(const Header& header) const {
    std::vector<std::byte> bytes;
    append(bytes, std::span(&header, 1));
    append<ValueRecord>(bytes, records_);
    append<OperationRecord>(bytes, records_of_operations_);
    append<std::uint32_t>(bytes, operands_);
    append<std::int64_t>(bytes, parameters_);
    append(bytes, pool_.bytes());
    bytes.resize((bytes.size() + kConstantAlignment - 1) / kConstantAlignment * kConstantAlignment);
    return bytes;
  }

  std::vector<std::byte> assemble(bool rows_independent) {
    Header header{};
    header.magic = engine::native::kMagic;
    header.version = engine::native::kPlanVersion;
    header.flags = rows_independent ? engine::native::kRowsIndependent : 0;
    header.value_count = static_cast<std::uint32_t>(records_.size());
    header.operation_count = static_cast<std::uint32_t>(records_of_operations_.size());
    header.operand_count = static_cast<std::uint32_t>(operands_.size());
    header.parameter_count = static_cast<std::uint32_t>(parameters_.size());
    header.input_count = static_cast<std::uint32_t>(builder_.inputs().size());
    header.output_count = static_cast<std::uint32_t>(builder_.outputs().size());
    header.text_size = pool_.bytes().size();
    const std::size_t begin = tables(header).size();
    header.file_size = begin + data_.size();
    for (ValueRecord& record : records_) {
      if (record.role == Role::constant || record.flags != 0) record.data_offset += begin;
    }
    std::vector<std::byte> bytes = tables(header);
    bytes.insert(bytes.end(), data_.begin(), data_.end());
    return bytes;
  }

  const Builder& builder_;
  std::vector<bool> needed_;
  std::vector<const BuiltOperation*> live_;
  std::vector<ValueId> order_;
  std::map<ValueId, std::uint32_t> index_;
  TextPool pool_;
  std::vector<ValueRecord> records_;
  std::vector<OperationRecord> records_of_operations_;
  std::vector<std::uint32_t> operands_;
  std::vector<std::int64_t> parameters_;
  std::vector<std::byte> data_;
};

}  // namespace

std::vector<std::byte> write_plan(const Builder& builder, bool rows_independent) {
  return Writer(builder).write(rows_independent);
}

}  // namespace glowplug::optimize::native
