#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "handler/records/json_text.h"
#include "handler/records/predict_codec.h"
#include "handler/records/record_list.h"

namespace glowplug::handler::records {
namespace {

template <class Number>
Number number_at(std::span<const std::byte> bytes, std::size_t index) {
  Number number{};
  std::memcpy(&number, bytes.data() + index * sizeof number, sizeof number);
  return number;
}

/// Writes parts of one output tensor as JSON.
class OutputWriter {
 public:
  /// `spec` and `tensor` outlive the object. Errors: internal (bytes do not fit the shape).
  static Result<OutputWriter> create(const TensorSpec& spec, const Tensor& tensor) {
    Result<void> sound = check_tensor(tensor.view());
    if (!sound)
      return Error{
          Code::internal, fmt::format("output \"{}\": {}", spec.name, sound.error().message), {}};
    OutputWriter writer(spec, tensor);
    if (tensor.datatype == Datatype::bytes) {
      GLOWPLUG_ASSIGN(const std::size_t count, element_count(tensor.shape));
      GLOWPLUG_ASSIGN(writer.strings_, bytes_elements(tensor.bytes, count));
    }
    return writer;
  }

  [[nodiscard]] const std::string& name() const { return spec_->name; }
  [[nodiscard]] bool has_rows(std::int64_t rows) const {
    return !tensor_->shape.empty() && tensor_->shape[0] == rows;
  }

  [[nodiscard]] Result<void> append_whole(std::string& to) { return append_from(to, 0); }
  /// The value of one row.
  [[nodiscard]] Result<void> append_row(std::string& to, std::size_t row) {
    const std::span<const std::int64_t> shape = std::span(tensor_->shape).subspan(1);
    GLOWPLUG_ASSIGN(const std::size_t size, element_count(shape));
    next_ = row * size;
    const bool bare = shape.size() == 1 && shape[0] == 1 && !names_classes(1);
    return append_from(to, bare ? 2 : 1);
  }

 private:
  OutputWriter(const TensorSpec& spec, const Tensor& tensor) : spec_(&spec), tensor_(&tensor) {}

  /// Whether the elements along `axis` are one float for each class.
  [[nodiscard]] bool names_classes(std::size_t axis) const {
    return (tensor_->datatype == Datatype::fp32 || tensor_->datatype == Datatype::fp64) &&
           axis + 1 == tensor_->shape.size() && !spec_->labels.empty() &&
           spec_->labels.size() == static_cast<std::size_t>(tensor_->shape[axis]);
  }

  Result<void> append_from(std::string& to, std::size_t axis) {
    if (axis >= tensor_->shape.size()) return append_element(to, next_++);
    const bool named = names_classes(axis);
    const auto size = static_cast<std::size_t>(tensor_->shape[axis]);
    to += named ? '{' : '[';
    for (std::size_t i = 0; i < size; ++i) {
      to += i == 0 ? "" : ",";
      if (named) {
        GLOWPLUG_TRY(append_json_string(to, spec_->labels[i]));
        to += ':';
      }
      GLOWPLUG_TRY(append_from(to, axis + 1));
    }
    to += named ? '}' : ']';
    return {};
  }

  Result<void> append_element(std::string& to, std::size_t index) {
    const std::span<const std::byte> bytes = tensor_->bytes;
    switch (tensor_->datatype) {
      case Datatype::bool_:
        to += bytes[index] == std::byte{0} ? "false" : "true";
        return {};
      case Datatype::uint8:
        return append_integer(to, number_at<std::uint8_t>(bytes, index));
      case Datatype::uint16:
        return append_integer(to, number_at<std::uint16_t>(bytes, index));
      case Datatype::uint32:
        return append_integer(to, number_at<std::uint32_t>(bytes, index));
      case Datatype::uint64:
        return append_integer(to, number_at<std::uint64_t>(bytes, index));
      case Datatype::int8:
        return append_integer(to, number_at<std::int8_t>(bytes, index));
      case Datatype::int16:
        return append_integer(to, number_at<std::int16_t>(bytes, index));
      case Datatype::int32:
        return append_integer(to, number_at<std::int32_t>(bytes, index));
      case Datatype::int64:
        return append_integer(to, number_at<std::int64_t>(bytes, index));
      case Datatype::fp32:
        append_json_float(to, number_at<float>(bytes, index));
        return {};
      case Datatype::fp64:
        append_json_float(to, number_at<double>(bytes, index));
        return {};
      case Datatype::bytes:
        return append_json_string(to, strings_[index]);
      case Datatype::fp16:
      case Datatype::bf16:
        break;
    }
    return Error{Code::internal, fmt::format("output \"{}\" is a half float", spec_->name), {}};
  }

  /// The name of the class with this number, if there is one.
  template <class Integer>
  Result<void> append_integer(std::string& to, Integer value) {
    if (std::cmp_greater_equal(value, 0) && std::cmp_less(value, spec_->labels.size()))
      return append_json_string(to, spec_->labels[static_cast<std::size_t>(value)]);
    append_json_number(to, value);
    return {};
  }

  const TensorSpec* spec_;
  const Tensor* tensor_;
  std::vector<std::string_view> strings_;  // BYTES only
  std::size_t next_ = 0;                   // element to be written
};

/// One prediction: the value itself, or by name where there are several outputs.
template <class AppendValue>
Result<void> append_prediction(std::string& to, std::vector<OutputWriter>& outputs,
                               AppendValue append_value) {
  if (outputs.size() == 1) return append_value(outputs[0]);
  to += '{';
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    to += i == 0 ? "" : ",";
    GLOWPLUG_TRY(append_json_string(to, outputs[i].name()));
    to += ':';
    GLOWPLUG_TRY(append_value(outputs[i]));
  }
  to += '}';
  return {};
}

Result<std::vector<OutputWriter>> writers_of(const InferRequest& request,
                                             const InferResponse& response,
                                             const Signature& signature) {
  if (response.outputs.size() != request.outputs.size())
    return Error{Code::internal,
                 fmt::format("the model answered {} outputs, {} were asked for",
                             response.outputs.size(), request.outputs.size()),
                 {}};
  std::vector<OutputWriter> writers;
  for (std::size_t i = 0; i < response.outputs.size(); ++i) {
    GLOWPLUG_ASSIGN(auto writer, OutputWriter::create(signature.outputs[request.outputs[i].index],
                                                      response.outputs[i]));
    writers.push_back(std::move(writer));
  }
  return writers;
}

/// How many records the request was made from, nullopt if its tensors have no rows.
std::optional<std::int64_t> records_in(const InferRequest& request, const Signature& signature) {
  if (!has_rows(signature)) return std::nullopt;
  for (const InferInput& input : request.inputs) {
    if (input.present) return input.shape[0];
  }
  return std::nullopt;
}

Result<std::vector<OutputWriter>> writers_of(std::span<const Tensor> outputs,
                                             const Signature& signature) {
  if (outputs.size() != signature.outputs.size())
    return Error{Code::internal,
                 fmt::format("the model answered {} outputs, its signature has {}", outputs.size(),
                             signature.outputs.size()),
                 {}};
  std::vector<OutputWriter> writers;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    GLOWPLUG_ASSIGN(auto writer, OutputWriter::create(signature.outputs[i], outputs[i]));
    writers.push_back(std::move(writer));
  }
  return writers;
}

}  // namespace

Result<void> append_prediction(std::string& to, std::span<const Tensor> outputs,
                               const Signature& signature) {
  GLOWPLUG_ASSIGN(std::vector<OutputWriter> writers, writers_of(outputs, signature));
  const bool by_row =
      std::ranges::all_of(writers, [](const OutputWriter& one) { return one.has_rows(1); });
  return append_prediction(to, writers, [&](OutputWriter& output) {
    return by_row ? output.append_row(to, 0) : output.append_whole(to);
  });
}

Result<std::string> write_predictions(const InferRequest& request, const InferResponse& response,
                                      const Signature& signature) {
  GLOWPLUG_ASSIGN(std::vector<OutputWriter> outputs, writers_of(request, response, signature));
  const auto records = records_in(request, signature);
  const bool by_row = records && std::all_of(outputs.begin(), outputs.end(), [&](const auto& one) {
                        return one.has_rows(*records);
                      });
  const std::size_t predictions = by_row ? static_cast<std::size_t>(*records) : 1;
  std::string text = "{\"predictions\":[";
  for (std::size_t row = 0; row < predictions; ++row) {
    text += row == 0 ? "" : ",";
    GLOWPLUG_TRY(append_prediction(text, outputs, [&](OutputWriter& output) {
      return by_row ? output.append_row(text, row) : output.append_whole(text);
    }));
  }
  text += "]}";
  return text;
}

}  // namespace glowplug::handler::records
