// Hostile ONNX files: nothing that reads them may crash, hang or read outside of them.
#include <cstddef>
#include <cstdint>
#include <span>

#include "model/onnx/external_files.h"
#include "model/onnx/onnx_model.h"
#include "model/onnx/operators.h"
#include "model/onnx/signature.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace onnx = glowplug::onnx;
  const auto model = onnx::read_model(std::as_bytes(std::span(data, size)));
  if (!model) return 0;
  static_cast<void>(onnx::signature_of_onnx(*model));
  static_cast<void>(onnx::external_files(*model));
  static_cast<void>(onnx::operators_of(*model));
  return 0;
}
