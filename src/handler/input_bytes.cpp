#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "handler/input_kinds.h"

namespace glowplug::handler {
namespace {

struct BytesSpec {
  std::size_t begin = 0, end = 0;  ///< bytes kept of the start and of the end
  std::size_t block = 0;           ///< of each side, looked at for white space; 0: none is stripped
  std::int64_t padding = 0;        ///< value behind what is short
};

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');  // as Python's bytes.strip
}

std::string_view stripped_front(std::string_view text) {
  const auto first = std::ranges::find_if_not(text, is_space);
  return text.substr(static_cast<std::size_t>(first - text.begin()));
}

std::string_view stripped_back(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

template <class Number>
void append(std::vector<std::byte>& to, std::int64_t value) {
  const auto number = static_cast<Number>(value);
  const auto bytes = std::as_bytes(std::span(&number, 1));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

using Append = void (*)(std::vector<std::byte>&, std::int64_t);

Append append_for(Datatype datatype) {
  switch (datatype) {
    case Datatype::uint8:
      return append<std::uint8_t>;
    case Datatype::int16:
      return append<std::int16_t>;
    case Datatype::int32:
      return append<std::int32_t>;
    case Datatype::int64:
      return append<std::int64_t>;
    case Datatype::fp32:
      return append<float>;
    default:
      return nullptr;
  }
}

/// The first and the last bytes, one element each.
class BytesInput final : public Input {
 public:
  BytesInput(BytesSpec spec, Datatype datatype, std::size_t tensor, std::size_t inputs)
      : spec_(spec), datatype_(datatype), tensor_(tensor), inputs_(inputs) {}

  [[nodiscard]] ItemKind kind() const override { return {"bytes", false}; }

  [[nodiscard]] Result<Row> read(const Item& item, Trace* trace) const override {
    const Time begun = Clock::now();
    const auto width = static_cast<std::int64_t>(spec_.begin + spec_.end);
    Tensor tensor{datatype_, {1, width}, {}};
    append_start(tensor.bytes, item.bytes);
    append_end(tensor.bytes, item.bytes);
    if (trace != nullptr)
      trace->add({"bytes", Clock::now() - begun,
                  fmt::format("{}{}", name_of(datatype_), to_string(tensor.shape)),
                  fmt::format("of {} bytes", item.bytes.size())});
    Row row;
    row.runs.emplace_back(inputs_);
    row.runs[0][tensor_] = std::move(tensor);
    return row;
  }

 private:
  void append_start(std::vector<std::byte>& to, std::string_view all) const {
    std::string_view start = all.substr(0, spec_.block > 0 ? spec_.block : spec_.begin);
    if (spec_.block > 0) start = stripped_front(start);
    start = start.substr(0, spec_.begin);
    append_all(to, start);
    pad(to, spec_.begin - start.size());
  }
  void append_end(std::vector<std::byte>& to, std::string_view all) const {
    const std::size_t looked_at = spec_.block > 0 ? spec_.block : spec_.end;
    std::string_view end = all.substr(all.size() - std::min(all.size(), looked_at));
    if (spec_.block > 0) end = stripped_back(end);
    end = end.substr(end.size() - std::min(end.size(), spec_.end));
    pad(to, spec_.end - end.size());
    append_all(to, end);
  }
  void append_all(std::vector<std::byte>& to, std::string_view bytes) const {
    const Append one = append_for(datatype_);
    for (const char c : bytes) one(to, static_cast<unsigned char>(c));
  }
  void pad(std::vector<std::byte>& to, std::size_t count) const {
    const Append one = append_for(datatype_);
    for (std::size_t i = 0; i < count; ++i) one(to, spec_.padding);
  }

  BytesSpec spec_;
  Datatype datatype_;
  std::size_t tensor_;
  std::size_t inputs_;
};

/// The bytes as they are, as one BYTES element.
class WholeBytesInput final : public Input {
 public:
  WholeBytesInput(Shape shape, std::size_t tensor, std::size_t inputs)
      : shape_(std::move(shape)), tensor_(tensor), inputs_(inputs) {}

  [[nodiscard]] ItemKind kind() const override { return {"bytes", false}; }
  [[nodiscard]] Result<Row> read(const Item& item, Trace* /*trace*/) const override {
    Tensor tensor{Datatype::bytes, shape_, {}};
    append_bytes_element(tensor.bytes, item.bytes);
    Row row;
    row.runs.emplace_back(inputs_);
    row.runs[0][tensor_] = std::move(tensor);
    return row;
  }

 private:
  Shape shape_;
  std::size_t tensor_;
  std::size_t inputs_;
};

Result<std::unique_ptr<Input>> make_whole(const SpecReader& spec, const TensorSpec& input,
                                          std::size_t index, std::size_t inputs) {
  GLOWPLUG_TRY(spec.only({"type", "tensor"}));
  Shape shape(input.shape.size(), 1);
  GLOWPLUG_TRY(check_against(input, Datatype::bytes, shape));
  return std::unique_ptr<Input>(std::make_unique<WholeBytesInput>(std::move(shape), index, inputs));
}

}  // namespace

Result<std::unique_ptr<Input>> make_bytes_input(const SpecReader& spec,
                                                const Signature& signature) {
  GLOWPLUG_ASSIGN(const std::size_t index, input_index(spec, signature));
  GLOWPLUG_TRY(check_others_optional(signature, index));
  const TensorSpec& input = signature.inputs[index];
  if (input.datatype == Datatype::bytes)
    return make_whole(spec, input, index, signature.inputs.size());
  GLOWPLUG_TRY(spec.only({"type", "tensor", "begin", "end", "block", "padding"}));
  if (append_for(input.datatype) == nullptr || input.shape.size() != 2)
    return invalid_argument(
        fmt::format("input.type bytes fits inputs of shape [rows, bytes]; \"{}\" is {}{}",
                    input.name, name_of(input.datatype), to_string(input.shape)));
  constexpr std::int64_t kMost = std::int64_t{64} << 20;
  const std::int64_t width = std::max<std::int64_t>(input.shape[1], 0);
  BytesSpec parsed;
  GLOWPLUG_ASSIGN(const std::int64_t begin,
                  spec.integer("begin", spec.has("end") ? 0 : width, 0, kMost));
  GLOWPLUG_ASSIGN(const std::int64_t end, spec.integer("end", 0, 0, kMost));
  GLOWPLUG_ASSIGN(const std::int64_t block, spec.integer("block", 0, 0, kMost));
  GLOWPLUG_ASSIGN(parsed.padding, spec.integer("padding", 0, -32768, 32767));
  parsed.begin = static_cast<std::size_t>(begin);
  parsed.end = static_cast<std::size_t>(end);
  parsed.block = static_cast<std::size_t>(block);
  if (begin + end <= 0 || (width > 0 && begin + end != width))
    return invalid_argument(fmt::format("input.begin + input.end is {}; \"{}\" takes {}",
                                        begin + end, input.name, to_string(input.shape)));
  return std::unique_ptr<Input>(
      std::make_unique<BytesInput>(parsed, input.datatype, index, signature.inputs.size()));
}

Result<std::size_t> input_index(const SpecReader& spec, const Signature& signature) {
  GLOWPLUG_ASSIGN(const std::string name, spec.text("tensor", ""));
  if (name.empty() && !signature.inputs.empty()) {
    const auto needed = [](const TensorSpec& input) { return !input.optional; };
    const auto first = std::ranges::find_if(signature.inputs, needed);
    if (first != signature.inputs.end() && std::none_of(first + 1, signature.inputs.end(), needed))
      return static_cast<std::size_t>(first - signature.inputs.begin());
  }
  if (const auto index = signature.input_named(name)) return *index;
  return invalid_argument(
      fmt::format("input.tensor must name one of the model's inputs: {}", signature.describe()));
}

Result<void> check_others_optional(const Signature& signature, std::size_t filled) {
  for (std::size_t i = 0; i < signature.inputs.size(); ++i) {
    if (i == filled || signature.inputs[i].optional) continue;
    return invalid_argument(fmt::format("nothing fills the model's input \"{}\": it takes {}",
                                        signature.inputs[i].name, signature.describe()));
  }
  return {};
}

}  // namespace glowplug::handler
