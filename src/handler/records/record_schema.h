#pragma once
#include <cstdint>
#include <span>

#include "base/json.h"
#include "model/signature.h"

/// JSON Schema (2020-12) of the plain records of predict_codec.h.
namespace glowplug::handler::records {

/// More class names than these are not listed: the schema says "a text" instead.
inline constexpr std::size_t kMostListedNames = 100;

/// One element of a tensor as JSON in a request: a number in the datatype's bounds, a text. FP16
/// and BF16, which have no form in JSON, fit nothing.
[[nodiscard]] Json element_schema(Datatype datatype);
/// Lists inside each other, one level for each dimension; -1 has any length.
[[nodiscard]] Json nested_schema(std::span<const std::int64_t> shape, const Json& element);

/// One record: what read_records takes for one row, or for the whole of a model without rows.
[[nodiscard]] Json record_schema(const Signature& signature);
/// A body of such records; `record` is the schema of one, or a reference to it. A model without
/// rows takes one at a time.
[[nodiscard]] Json records_schema(const Signature& signature, const Json& record);

/// Whether write_predictions gives a prediction for each record, as far as the signature tells.
[[nodiscard]] bool predicts_by_row(const Signature& signature);
/// One prediction: of one row, or of whole tensors.
[[nodiscard]] Json prediction_schema(const Signature& signature, bool by_row);
/// {"predictions": [one for each record]}.
[[nodiscard]] Json predictions_schema(const Json& prediction);

/// The name of a class: one of `labels` if they are few.
[[nodiscard]] Json label_schema(std::span<const std::string> labels);
/// A float of an answer: NaN and infinities are null.
[[nodiscard]] Json score_schema();

}  // namespace glowplug::handler::records
