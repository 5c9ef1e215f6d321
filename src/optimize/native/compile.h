#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/onnx/onnx_model.h"
#include "model/signature.h"

namespace glowplug::optimize::native {

/// What is compiled.
struct CompileRequest {
  const onnx::Model& model;
  /// As ONNX Runtime reports it; the plan has the same.
  const Signature& signature;
  /// Shapes that the model was run with, one for each input (of an optional input they are not
  /// looked at): ranks and types inside of the model are found out with them.
  std::span<const Shape> trial_shapes;
  /// Row i of every output depends on row i of every input alone.
  bool rows_independent = false;
};

/// ONNX to the bytes of a plan (engine/native/plan_format.h); the same bytes on every machine.
/// Errors: unimplemented, naming the operator, attribute or type that the native engine does not
/// have; invalid_argument (a model that contradicts itself).
[[nodiscard]] Result<std::vector<std::byte>> compile(const CompileRequest& request);

}  // namespace glowplug::optimize::native
