#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "handler/input.h"
#include "model/signature.h"

namespace glowplug::handler {

/// What the model answered for one row: for each run of it one tensor for each output, in signature
/// order, with this row alone.
struct RowOutputs {
  std::vector<std::vector<Tensor>> runs;
  const Row* row = nullptr;  ///< what it was asked
};

/// Turns what a model gives into predictions. Thread-compatible.
class Output {
 public:
  virtual ~Output() = default;
  /// Appends one prediction as JSON. Errors: internal (tensors that do not fit the signature),
  /// invalid_argument (texts that are not UTF-8).
  [[nodiscard]] virtual Result<void> write(std::string& to, const RowOutputs& outputs) const = 0;
  /// Names of the columns of a prediction as a line of CSV, and its values. Errors: as `write`;
  /// unimplemented: this kind of output has no form as CSV.
  [[nodiscard]] virtual std::vector<std::string> columns() const = 0;
  [[nodiscard]] virtual Result<std::vector<std::string>> cells(const RowOutputs& outputs) const = 0;
  /// JSON Schema (2020-12) of what `write` writes.
  [[nodiscard]] virtual Json schema() const = 0;
  /// Whether `cells` gives something.
  [[nodiscard]] virtual bool has_cells() const { return true; }
  /// The predictions as an answer of the Open Inference Protocol has them: names, datatypes and
  /// shapes, -1 for the number of items and what else is free; and the tensors for all items of one
  /// event (at least one), in the same order. Errors: as `write`; invalid_argument (they make no
  /// tensor together).
  [[nodiscard]] virtual std::vector<TensorSpec> tensor_specs() const = 0;
  [[nodiscard]] virtual Result<std::vector<Tensor>> tensors(
      std::span<const RowOutputs* const> rows) const = 0;
};

/// "output" of a handler's spec; null for {"type": "tensors"} and for none, which answer plain
/// tensors as handler/records does. Keys by type:
///
///   label        one class of several: tensor, activation (softmax, sigmoid, none), top (1),
///                threshold (a score below it has the label null)
///   labels       every class above a threshold (0.5): tensor, activation, threshold
///   number       regression: tensor, scale (1), offset (0): value * scale + offset; a tensor of
///                several numbers gives a list
///   embedding    tensor, normalize (to length 1), dimensions (the first so many)
///   boxes        detections: boxes, scores and, where the best class is a tensor of its own,
///                classes (names of outputs); format (xyxy, xywh, cxcywh, yxyx), coordinates
///                (pixels, ratio) of the model's input, threshold (0.25), iou (0.45: of
///                non-maximum suppression), max (100); activation of scores
///   series       one number for each run of a model with a state: tensor, threshold (0.5), label:
///                {"<label>": largest > threshold, "score": largest, "scores": […]}
///
/// `tensor` may be left out where one output of floats fits. Class names are the labels of the
/// output in the signature. Errors: invalid_argument naming the key.
[[nodiscard]] Result<std::unique_ptr<Output>> make_output(const Json& spec,
                                                          const Signature& signature);

}  // namespace glowplug::handler
