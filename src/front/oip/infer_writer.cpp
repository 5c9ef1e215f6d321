#include "front/oip/infer_writer.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "front/oip/classification.h"
#include "front/oip/json_writer.h"

namespace glowplug::front::oip {
namespace {

// Copying so much costs less than a piece of its own.
constexpr std::size_t kSmallTensorBytes = 4096;
constexpr std::size_t kUsualBodyBytes = 512;

void append_shape(std::string& to, const Shape& shape) {
  std::array<char, 24> digits{};
  to += '[';
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) to += ',';
    to.append(digits.data(),
              std::to_chars(digits.data(), digits.data() + digits.size(), shape[i]).ptr);
  }
  to += ']';
}

class InferWriter {
 public:
  InferWriter(const Signature& signature, ModelName model) : signature_(signature), model_(model) {}

  Result<InferAnswer> write(const InferRequest& request, std::vector<Tensor> tensors) {
    if (tensors.size() != request.outputs.size())
      return Error{Code::internal,
                   fmt::format("the model answered {} outputs, {} were asked for", tensors.size(),
                               request.outputs.size()),
                   {}};
    answer_.body.reserve(kUsualBodyBytes);
    write_head(request);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      answer_.body += i == 0 ? "" : ",";
      const std::string& name = signature_.outputs[request.outputs[i].index].name;
      Result<void> written = write_output(request.outputs[i], std::move(tensors[i]));
      if (!written) return std::move(written).error().in(fmt::format("output \"{}\"", name));
    }
    answer_.body += "]}";
    write_headers();
    append_binary();
    return std::move(answer_);
  }

 private:
  void write_head(const InferRequest& request) {
    std::string& to = answer_.body;
    to += '{';
    if (!request.id.empty()) {
      to += "\"id\":";
      append_json_string(to, request.id);
      to += ',';
    }
    to += "\"model_name\":";
    append_json_string(to, model_.name);
    if (!model_.version.empty()) {
      to += ",\"model_version\":";
      append_json_string(to, model_.version);
    }
    to += ",\"outputs\":[";
  }

  Result<void> write_output(const RequestedOutput& output, Tensor tensor) {
    const TensorSpec& spec = signature_.outputs[output.index];
    Result<void> sound = check_tensor(tensor.view());
    if (!sound) return Error{Code::internal, std::move(sound).error().message, {}};
    if (output.classification > 0) {
      GLOWPLUG_ASSIGN(
          tensor, classify(tensor, output.classification, signature_.max_batch > 0, spec.labels));
    }
    write_description(spec.name, tensor);
    GLOWPLUG_TRY(write_data(output.binary, std::move(tensor)));
    answer_.body += '}';
    return {};
  }

  void write_description(std::string_view name, const Tensor& tensor) {
    std::string& to = answer_.body;
    to += "{\"name\":";
    append_json_string(to, name);
    to.append(",\"datatype\":\"").append(name_of(tensor.datatype)).append("\",\"shape\":");
    append_shape(to, tensor.shape);
  }

  Result<void> write_data(bool binary, Tensor tensor) {
    if (!binary) {
      answer_.body += ",\"data\":";
      return append_json_elements(answer_.body, tensor.view());
    }
    fmt::format_to(std::back_inserter(answer_.body), ",\"parameters\":{{\"binary_data_size\":{}}}",
                   tensor.bytes.size());
    if (!tensor.bytes.empty()) binary_.push_back(std::move(tensor.bytes));
    return {};
  }

  /// `body` holds exactly the JSON now.
  void write_headers() {
    constexpr std::size_t kUsualHeaders = 5;  // with those that others add
    answer_.headers.reserve(kUsualHeaders);
    if (binary_.empty()) {
      answer_.headers.emplace_back("Content-Type", "application/json");
      return;
    }
    answer_.headers.emplace_back("Content-Type", "application/octet-stream");
    answer_.headers.emplace_back("Inference-Header-Content-Length",
                                 std::to_string(answer_.body.size()));
  }

  void append_binary() {
    for (std::vector<std::byte>& bytes : binary_) {
      const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      if (answer_.pieces.empty() && text.size() <= kSmallTensorBytes) {
        answer_.body += text;
      } else {
        answer_.pieces.push_back(
            {text, std::make_shared<std::vector<std::byte>>(std::move(bytes))});
      }
    }
  }

  const Signature& signature_;
  ModelName model_;
  InferAnswer answer_;
  std::vector<std::vector<std::byte>> binary_;  // tensors that follow the JSON
};

}  // namespace

Result<InferAnswer> write_infer(const InferRequest& request, InferResponse response,
                                const Signature& signature, ModelName model) {
  return InferWriter(signature, model).write(request, std::move(response.outputs));
}

}  // namespace glowplug::front::oip
