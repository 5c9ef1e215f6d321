#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "model/onnx/onnx_model.h"
#include "model/signature.h"

namespace glowplug::onnx {

/// What the model takes and gives, as its file says; max_batch is 0, labels as class_labels has
/// them. An input that is an initializer too has a default and is optional; before IR version 4
/// every weight had to be listed as an input, so there it is no input at all.
/// Errors: invalid_argument (no output, a name twice, an element type that is none);
/// unimplemented, naming the value, for what the protocol cannot carry: sequences and maps (`fix`
/// says to export with zipmap=False), optional and sparse values, FP8 and other small types, an
/// unknown rank.
[[nodiscard]] Result<Signature> signature_of_onnx(const Model& model);

}  // namespace glowplug::onnx
