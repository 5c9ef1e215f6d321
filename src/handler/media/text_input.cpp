#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/utf8.h"
#include "handler/input_kinds.h"
#include "handler/media/media_inputs.h"
#include "handler/media_type.h"
#include "handler/text/text_spec.h"

namespace glowplug::handler::media {
namespace {

constexpr std::string_view kTokenizerFile = "tokenizer.bin";

using Inputs = std::vector<std::optional<Tensor>>;

Result<void> check_is_text(const Item& item) {
  const std::string type = media_type(item.content_type);
  if (!type.empty() && !type.starts_with("text/") && type != "application/octet-stream" &&
      type != "application/x-www-form-urlencoded")
    return invalid_argument(fmt::format("the type is {}; text was expected", type));
  const auto charset = media_parameter(item.content_type, "charset");
  if (charset && *charset != "utf-8" && *charset != "UTF-8")
    return invalid_argument(fmt::format("the charset is {}; utf-8 was expected", *charset));
  if (is_utf8(item.bytes)) return {};
  return invalid_argument(fmt::format("the text is not UTF-8 at byte {}", utf8_prefix(item.bytes)));
}

template <class Number>
void append_all(std::vector<std::byte>& to, std::span<const Number> from) {
  const auto bytes = std::as_bytes(from);
  to.insert(to.end(), bytes.begin(), bytes.end());
}

std::int64_t element_at(const Tensor& tensor, std::size_t index) {
  if (tensor.datatype == Datatype::int32) {
    std::int32_t value = 0;
    std::memcpy(&value, tensor.bytes.data() + index * sizeof value, sizeof value);
    return value;
  }
  std::int64_t value = 0;
  std::memcpy(&value, tensor.bytes.data() + index * sizeof value, sizeof value);
  return value;
}

/// Where the tokens go.
struct Places {
  std::size_t input_ids = 0;
  std::optional<std::size_t> attention_mask, token_type_ids;
  Datatype datatype = Datatype::int64;
};

/// Texts as tokens; rows of other lengths are padded when they run together.
class TokenInput final : public Input {
 public:
  TokenInput(text::TextSpec spec, text::Tokenizer tokenizer, const text::EncodeOptions& options,
             Places places, std::size_t inputs)
      : spec_(std::move(spec)),
        tokenizer_(std::move(tokenizer)),
        options_(options),
        places_(places),
        inputs_(inputs) {}

  [[nodiscard]] ItemKind kind() const override { return {"text", true}; }

  [[nodiscard]] Result<Row> read(const Item& item, Trace* trace) const override {
    const Time begun = Clock::now();
    GLOWPLUG_TRY(check_is_text(item));
    if (spec_.pair != item.second.has_value())
      return invalid_argument(spec_.pair
                                  ? "two texts were expected: {\"text\": …, \"text_pair\": …}"
                                  : "one text was expected, not a pair");
    text::EncodeOptions alone = options_;
    alone.padding.reset();  // with its neighbors, when they are known
    const std::optional<std::string_view> second =
        item.second ? std::optional<std::string_view>(*item.second) : std::nullopt;
    GLOWPLUG_ASSIGN(text::Encoding encoding, tokenizer_.encode(item.bytes, second, alone));
    if (trace != nullptr) trace->add(stage(encoding, Clock::now() - begun));
    Row row;
    GLOWPLUG_ASSIGN(Inputs inputs, tensors_of({&encoding, 1}));
    row.runs.push_back(std::move(inputs));
    return row;
  }

  [[nodiscard]] std::optional<Inputs> join(std::span<const Row* const> rows) const override {
    std::vector<text::Encoding> encodings;
    for (const Row* const row : rows) encodings.push_back(encoding_of(row->runs.front()));
    if (options_.padding) text::pad(encodings, *options_.padding);
    auto inputs = tensors_of(encodings);
    if (!inputs) return std::nullopt;
    return *std::move(inputs);
  }

  [[nodiscard]] Result<void> after_run(const Inputs& inputs,
                                       std::vector<Tensor>& outputs) const override {
    if (!spec_.pooling) return {};
    const auto hidden =
        std::ranges::find_if(outputs, [](const Tensor& one) { return one.shape.size() == 3; });
    if (hidden == outputs.end())
      return Error{Code::internal, "the model gave no hidden states to pool", {}};
    GLOWPLUG_ASSIGN(*hidden, text::pool(hidden->view(), inputs[*places_.attention_mask]->view(),
                                        *spec_.pooling, spec_.normalize));
    return {};
  }

 private:
  [[nodiscard]] static Stage stage(const text::Encoding& encoding, Duration took) {
    Stage stage{"tokenize", took, fmt::format("{} tokens", encoding.size()), {}};
    constexpr std::size_t kShown = 8;
    for (std::size_t i = 0; i < std::min(kShown, encoding.size()); ++i)
      stage.preview += fmt::format("{}{}", i == 0 ? "" : " ", encoding.ids[i]);
    return stage;
  }

  [[nodiscard]] Result<Inputs> tensors_of(std::span<const text::Encoding> encodings) const {
    GLOWPLUG_ASSIGN(text::TokenTensors tensors, text::token_tensors(encodings, places_.datatype));
    Inputs inputs(inputs_);
    inputs[places_.input_ids] = std::move(tensors.input_ids);
    if (places_.attention_mask) inputs[*places_.attention_mask] = std::move(tensors.attention_mask);
    if (places_.token_type_ids) inputs[*places_.token_type_ids] = std::move(tensors.token_type_ids);
    return inputs;
  }

  /// What tensors_of made one row of.
  [[nodiscard]] text::Encoding encoding_of(const Inputs& inputs) const {
    text::Encoding encoding;
    const Tensor& ids = *inputs[places_.input_ids];
    const auto count = static_cast<std::size_t>(ids.shape[1]);
    for (std::size_t i = 0; i < count; ++i) {
      encoding.ids.push_back(static_cast<std::uint32_t>(element_at(ids, i)));
      const bool has_types = places_.token_type_ids.has_value();
      encoding.type_ids.push_back(
          has_types ? static_cast<std::uint32_t>(element_at(*inputs[*places_.token_type_ids], i))
                    : 0);
    }
    encoding.attention_mask.assign(count, 1);
    encoding.special_tokens_mask.assign(count, 0);
    return encoding;
  }

  text::TextSpec spec_;
  text::Tokenizer tokenizer_;
  text::EncodeOptions options_;
  Places places_;
  std::size_t inputs_;
};

/// Texts as they are, for models that read strings.
class StringInput final : public Input {
 public:
  StringInput(text::TextSpec spec, Shape shape, std::size_t tensor, std::size_t inputs)
      : spec_(std::move(spec)), shape_(std::move(shape)), tensor_(tensor), inputs_(inputs) {}

  [[nodiscard]] ItemKind kind() const override { return {"text", true}; }
  [[nodiscard]] Result<Row> read(const Item& item, Trace* trace) const override {
    GLOWPLUG_TRY(check_is_text(item));
    if (item.second) return invalid_argument("one text was expected, not a pair");
    const Time begun = Clock::now();
    const std::string_view text = item.bytes;
    Tensor tensor = text::text_tensor({&text, 1}, spec_);
    tensor.shape = shape_;
    if (trace != nullptr)
      trace->add({"text", Clock::now() - begun, fmt::format("{} bytes", text.size()),
                  std::string(text.substr(0, utf8_prefix(text.substr(0, 40))))});
    Row row;
    row.runs.emplace_back(inputs_);
    row.runs[0][tensor_] = std::move(tensor);
    return row;
  }

 private:
  text::TextSpec spec_;
  Shape shape_;
  std::size_t tensor_;
  std::size_t inputs_;
};

Result<Places> places_of(const text::TextSpec& spec, const Signature& signature) {
  Places places;
  const auto ids = signature.input_named(spec.input_ids);
  if (!ids)
    return invalid_argument(fmt::format(
        "input.input_ids is \"{}\", which the model does not take: {}; a model that takes plain "
        "strings is told by input.text",
        spec.input_ids, signature.describe()));
  places.input_ids = *ids;
  places.datatype = signature.inputs[*ids].datatype;
  places.attention_mask = signature.input_named(spec.attention_mask);
  places.token_type_ids = signature.input_named(spec.token_type_ids);
  for (std::size_t i = 0; i < signature.inputs.size(); ++i) {
    const bool filled = i == *ids || i == places.attention_mask || i == places.token_type_ids;
    if (!filled && !signature.inputs[i].optional)
      return invalid_argument(fmt::format("nothing fills the model's input \"{}\": it takes {}",
                                          signature.inputs[i].name, signature.describe()));
  }
  if (spec.pooling && !places.attention_mask)
    return invalid_argument("input.pooling needs a model with an attention mask");
  return places;
}

Result<std::unique_ptr<Input>> make_string_input(text::TextSpec spec, const Signature& signature) {
  const auto index = signature.input_named(*spec.text);
  if (!index)
    return invalid_argument(fmt::format("input.text is \"{}\", which the model does not take: {}",
                                        *spec.text, signature.describe()));
  GLOWPLUG_TRY(check_others_optional(signature, *index));
  const TensorSpec& input = signature.inputs[*index];
  Shape shape(input.shape.size(), 1);
  GLOWPLUG_TRY(check_against(input, Datatype::bytes, shape));
  return std::unique_ptr<Input>(std::make_unique<StringInput>(std::move(spec), std::move(shape),
                                                              *index, signature.inputs.size()));
}

}  // namespace

Result<std::unique_ptr<Input>> make_text_input(const Json& json, const Signature& signature,
                                               Assets& assets) {
  Json own = json;
  own.erase("type");
  auto spec = text::text_spec_from_json(own);
  if (!spec) return std::move(spec).error().in("input");
  if (spec->text) return make_string_input(*std::move(spec), signature);
  GLOWPLUG_ASSIGN(const Places places, places_of(*spec, signature));
  GLOWPLUG_ASSIGN(const auto file, assets.get(kTokenizerFile));
  GLOWPLUG_ASSIGN(text::Tokenizer tokenizer, text::Tokenizer::open(file));
  GLOWPLUG_ASSIGN(const text::EncodeOptions options, text::encode_options(*spec, tokenizer));
  return std::unique_ptr<Input>(std::make_unique<TokenInput>(
      *std::move(spec), std::move(tokenizer), options, places, signature.inputs.size()));
}

}  // namespace glowplug::handler::media
