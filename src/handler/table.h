#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "handler/output.h"
#include "handler/records/predict_codec.h"
#include "handler/table_spec.h"
#include "model/event.h"

namespace glowplug::handler {

/// Tables and plain records of a function, read where they arrive: JSON records (predict_codec.h),
/// CSV with or without a header, and what pandas writes: {"dataframe_split": {"columns", "data"}},
/// {"dataframe_records": […]}, {"columns", "data"}. Answers in JSON, or in CSV where the caller
/// accepts that before JSON. Thread-compatible.
class Table {
 public:
  /// `handler`: the spec of a manifest, of type table, or null. Errors: invalid_argument naming the
  /// key.
  [[nodiscard]] static Result<Table> create(const Json& handler, const Signature& signature);

  /// A request for all outputs. Errors: invalid_argument naming row, column and what was expected;
  /// too_large; unimplemented (the model's inputs are no columns).
  [[nodiscard]] Result<InferRequest> read(std::string_view content_type, std::string_view body,
                                          const records::RecordLimits& limits = {}) const;
  /// `request` is what `read` gave. Errors: as records::write_predictions.
  [[nodiscard]] Result<EventAnswer> write(const InferRequest& request,
                                          const InferResponse& response, bool csv) const;
  /// The answer as tensors, as protocol_form names them. Errors: as Output::tensors.
  [[nodiscard]] Result<std::vector<Tensor>> tensors(const InferRequest& request,
                                                    InferResponse response) const;

 private:
  explicit Table(Signature signature) : signature_(std::move(signature)) {}

  Signature signature_;
  bool has_spec_ = false;
  std::optional<Error> no_columns_;  // why the model's inputs are none
  TableSpec spec_;
  std::shared_ptr<const Output> output_;  // null: plain tensors
};

}  // namespace glowplug::handler
