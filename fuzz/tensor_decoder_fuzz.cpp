// JSON inference requests: whatever is accepted is JSON for another parser too, and its tensors are
// sound.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/check.h"
#include "base/json.h"
#include "front/oip/infer_reader.h"

namespace {

using glowplug::Datatype;

/// An optional input of each datatype, named by it.
glowplug::Signature all_kinds() {
  glowplug::Signature signature;
  for (std::size_t kind = 0; kind < glowplug::kDatatypeCount; ++kind) {
    const auto datatype = static_cast<Datatype>(kind);
    signature.inputs.push_back({std::string(name_of(datatype)), datatype, {-1}, true, {}});
  }
  signature.outputs = {{"y", Datatype::fp32, {-1, 3}, false, {}}};
  return signature;
}

void check_tensors(const glowplug::InferRequest& request, const glowplug::Signature& signature) {
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    const glowplug::InferInput& input = request.inputs[i];
    if (!input.present) continue;
    GLOWPLUG_CHECK(glowplug::check_tensor({signature.inputs[i].datatype, input.shape, input.bytes})
                       .has_value());
  }
  GLOWPLUG_CHECK(!request.outputs.empty());
}

bool has_other_tokens(const std::string& text) {  // which only some parsers know
  return text.find("NaN") != std::string::npos || text.find("Infinity") != std::string::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  const glowplug::Signature signature = all_kinds();
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto request = glowplug::front::oip::read_infer(std::make_unique<std::string>(text),
                                                        std::nullopt, signature);
  if (!request) {
    GLOWPLUG_CHECK(!request.error().message.empty());
    return 0;
  }
  check_tensors(*request, signature);
  GLOWPLUG_CHECK(has_other_tokens(text) || glowplug::Json::accept(text));
  return 0;
}
