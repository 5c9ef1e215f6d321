#pragma once
#include "base/result.h"
#include "engine/onnxruntime/library.h"
#include "model/signature.h"

namespace glowplug::engine::ort {

/// Inputs in the model's order, then the inputs with a default (overridable initializers) as
/// optional ones; outputs in the model's order. max_batch is 0, labels are empty: both are found
/// elsewhere. Errors: unimplemented, naming what is not a tensor of a known datatype and what to do
/// about it.
[[nodiscard]] Result<Signature> read_signature(const Library& library, const Session& session);

/// Datatype and shape of a value that a run gave. Errors: unimplemented (not a known datatype).
struct ValueShape {
  Datatype datatype = Datatype::fp32;
  Shape shape;
};
[[nodiscard]] Result<void> read_value_shape(const Library& library, const Value& value,
                                            ValueShape& into);

}  // namespace glowplug::engine::ort
