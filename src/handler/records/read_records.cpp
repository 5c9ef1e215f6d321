#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"
#include "handler/records/column.h"
#include "handler/records/predict_codec.h"
#include "handler/records/record_list.h"

namespace glowplug::handler::records {
namespace {

using Records = std::vector<const Json*>;

constexpr int kMostDepth = 64;

Result<void> check_datatypes(const std::vector<TensorSpec>& specs, std::string_view name) {
  for (const TensorSpec& spec : specs) {
    if (spec.datatype == Datatype::fp16 || spec.datatype == Datatype::bf16)
      return invalid_argument(
          fmt::format("{} \"{}\" is {}, which has no form in records; use POST "
                      "/v2/models/{{name}}/infer with binary data",
                      name, spec.name, name_of(spec.datatype)));
  }
  return {};
}

std::vector<std::string> names_of(const std::vector<TensorSpec>& specs) {
  std::vector<std::string> names;
  names.reserve(specs.size());
  for (const TensorSpec& spec : specs) names.push_back(spec.name);
  return names;
}

Result<void> check_fields(const Json& record, std::size_t index, const Signature& signature) {
  if (!record.is_object()) {
    if (signature.inputs.size() == 1) return {};
    return invalid_argument(
        fmt::format("record {} is no object; the model takes {}", index, signature.describe()));
  }
  for (const auto& [key, value] : record.items()) {
    if (signature.input_named(key)) continue;
    const auto meant = nearest(key, names_of(signature.inputs));
    return invalid_argument(fmt::format(
        "record {} has the unknown field \"{}\"{}; the model takes {}", index, key,
        meant ? fmt::format(", did you mean \"{}\"?", *meant) : "", signature.describe()));
  }
  return {};
}

/// The value of one input in a record; null if it is left out.
const Json* value_of(const Json& record, const TensorSpec& spec) {
  if (!record.is_object()) return &record;
  const auto found = record.find(spec.name);
  return found == record.end() ? nullptr : &*found;
}

class RecordReader {
 public:
  RecordReader(const Records& records, const Signature& signature, const RecordLimits& limits)
      : records_(records), signature_(signature), limits_(limits), rows_(has_rows(signature)) {}

  Result<InferRequest> read() {
    for (std::size_t i = 0; i < records_.size(); ++i)
      GLOWPLUG_TRY(check_fields(*records_[i], i, signature_));
    request_.inputs.resize(signature_.inputs.size());
    request_.decoded.reserve(signature_.inputs.size());
    for (std::size_t i = 0; i < signature_.inputs.size(); ++i)
      GLOWPLUG_TRY(read_input(signature_.inputs[i], request_.inputs[i]));
    if (records_.size() > 1 && request_.decoded.empty())
      return invalid_argument(fmt::format(
          "{} records without a value were sent; the model takes {}, which is one run: send one",
          records_.size(), signature_.describe()));
    for (std::size_t i = 0; i < signature_.outputs.size(); ++i)
      request_.outputs.push_back({i, true, 0});
    if (signature_.max_batch > 0 && rows_)
      request_.rows = static_cast<std::int64_t>(records_.size());
    return std::move(request_);
  }

 private:
  Result<void> read_input(const TensorSpec& spec, InferInput& input) {
    input.present = value_of(*records_[0], spec) != nullptr;
    Column column(spec, rows_ ? std::optional(records_.size()) : std::nullopt,
                  limits_.max_elements);
    for (std::size_t i = 0; i < records_.size(); ++i) {
      const Json* value = value_of(*records_[i], spec);
      GLOWPLUG_TRY(check_presence(spec, input.present, value != nullptr, i));
      if (value == nullptr) continue;
      Result<void> appended = column.append(*value);
      if (!appended) return std::move(appended).error().in(place_of(spec, i));
    }
    if (!input.present) return {};
    input.shape = column.shape();
    request_.decoded.push_back(column.take_bytes());
    input.bytes = request_.decoded.back();
    return {};
  }

  [[nodiscard]] static std::string place_of(const TensorSpec& spec, std::size_t index) {
    return fmt::format("record {}, field \"{}\"", index, spec.name);
  }

  [[nodiscard]] Result<void> check_presence(const TensorSpec& spec, bool expected, bool present,
                                            std::size_t index) const {
    if (!present && !spec.optional)
      return invalid_argument(fmt::format("record {} lacks the field \"{}\"; the model takes {}",
                                          index, spec.name, signature_.describe()));
    if (present != expected)
      return invalid_argument(fmt::format("{}: an optional field must be in all records or in none",
                                          place_of(spec, index)));
    return {};
  }

  const Records& records_;
  const Signature& signature_;
  const RecordLimits& limits_;
  bool rows_;
  InferRequest request_;
};

}  // namespace

Result<InferRequest> read_records(std::string_view body, const Signature& signature,
                                  const RecordLimits& limits) {
  GLOWPLUG_TRY(check_datatypes(signature.inputs, "input"));
  GLOWPLUG_TRY(check_datatypes(signature.outputs, "output"));
  GLOWPLUG_ASSIGN(const Json json, parse_json(body, kMostDepth));
  return read_json_records(json, signature, limits);
}

Result<InferRequest> read_json_records(const Json& json, const Signature& signature,
                                       const RecordLimits& limits) {
  GLOWPLUG_TRY(check_datatypes(signature.inputs, "input"));
  GLOWPLUG_TRY(check_datatypes(signature.outputs, "output"));
  GLOWPLUG_ASSIGN(const Records records, records_of(json, signature));
  if (records.empty()) return invalid_argument("the body holds no records");
  if (records.size() > limits.max_records)
    return Error{
        Code::too_large,
        fmt::format("{} records are more than the limit of {}", records.size(), limits.max_records),
        {}};
  return RecordReader(records, signature, limits).read();
}

}  // namespace glowplug::handler::records
