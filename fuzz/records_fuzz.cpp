// Bodies of POST /predict/{function}: whatever is accepted makes sound tensors.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "handler/records/predict_codec.h"

namespace {

using glowplug::Datatype;
using glowplug::Signature;

Signature row_of_four() {
  Signature signature;
  signature.inputs = {{"features", Datatype::fp32, {-1, 4}, false, {}}};
  signature.outputs = {{"y", Datatype::int64, {-1}, false, {}}};
  return signature;
}

Signature columns() {
  Signature signature;
  signature.inputs = {{"plan", Datatype::bytes, {-1, 1}, false, {}},
                      {"months", Datatype::int8, {-1, 1}, false, {}},
                      {"active", Datatype::bool_, {-1}, true, {}}};
  signature.outputs = row_of_four().outputs;
  return signature;
}

Signature whole_tensor() {
  Signature signature;
  signature.inputs = {{"x", Datatype::fp64, {2, -1, -1}, false, {}}};
  signature.outputs = row_of_four().outputs;
  return signature;
}

void read_one(std::string_view body, const Signature& signature) {
  const auto request = glowplug::handler::records::read_records(body, signature);
  if (!request) return;
  for (std::size_t i = 0; i < request->inputs.size(); ++i) {
    const glowplug::InferInput& input = request->inputs[i];
    if (!input.present) continue;
    GLOWPLUG_CHECK(glowplug::check_tensor({signature.inputs[i].datatype, input.shape, input.bytes})
                       .has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  read_one(body, row_of_four());
  read_one(body, columns());
  read_one(body, whole_tensor());
  return 0;
}
