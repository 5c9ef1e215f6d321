#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "model/infer_request.h"
#include "model/signature.h"

/// The friendly form of inference, `POST /predict/{function}`: plain JSON records in, predictions
/// out, without names of tensors, datatypes or shapes.
///
/// A body is one record, a list of records, or {"instances": [record, …]}; predictions come back as
/// {"predictions": [ … ]}, one for each record in order. What a record is follows from the model:
///
///   - one input of shape [-1, …]: its value for one row, e.g. [5.1, 3.5, 1.4, 0.2] for [-1,4],
///     5.1 (or [5.1]) for [-1,1], nested lists for more dimensions; or {"<input's name>": value}.
///     How deep a plain list is nested says whether it is one record or a list of them; for [-1]
///     and [-1,1] a list of bare values is a list of records.
///   - several inputs: {"<input's name>": value, …}, each value for one row; for [-1,1] a bare
///     value will do. An optional input is in all records or in none.
///   - a model with an input whose first dimension is fixed, or absent: the body is one record, by
///     name, whose values are whole tensors.
///
/// Free dimensions beyond the first are taken from the values and must agree in all records.
/// Numbers, strings and booleans must fit the input's datatype exactly as in front/oip. FP16 and
/// BF16 have no form here.
///
/// A prediction of a model with one output is that output's value for the row: a bare value for
/// [-1] and [-1,1], else a list. With several outputs it is {"<output's name>": value, …}. Where an
/// output's class names are known, floats with one value a class become {"setosa": 0.98, …} and
/// integers, which number the classes, become the name. A model whose outputs do not all have one
/// row for each record answers one prediction of whole tensors. NaN and infinities become null.
namespace glowplug::handler::records {

struct RecordLimits {
  std::size_t max_records = 100'000;
  std::size_t max_elements = std::size_t{1} << 26;  ///< of one input, all records together
};

/// Reads the records as inputs of the model; asks for all outputs. `body` is JSON (RFC 8259, no
/// duplicate keys). Errors: invalid_argument, naming record, field and what was expected;
/// too_large.
[[nodiscard]] Result<InferRequest> read_records(std::string_view body, const Signature& signature,
                                                const RecordLimits& limits = {});

/// Writes {"predictions": [ … ]}. `request` is what read_records gave. Errors: invalid_argument
/// (BYTES that are not UTF-8), internal (tensors that do not fit the signature).
[[nodiscard]] Result<std::string> write_predictions(const InferRequest& request,
                                                    const InferResponse& response,
                                                    const Signature& signature);

/// Appends one prediction: the model's outputs, all of them in signature order, for one row.
/// Errors: as write_predictions.
[[nodiscard]] Result<void> append_prediction(std::string& to, std::span<const Tensor> outputs,
                                             const Signature& signature);

/// The same request from JSON that was read already, a list of records or one.
[[nodiscard]] Result<InferRequest> read_json_records(const Json& body, const Signature& signature,
                                                     const RecordLimits& limits = {});

}  // namespace glowplug::handler::records
