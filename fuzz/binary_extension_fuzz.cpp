// Requests with binary tensors: the first two bytes say how long the JSON is (0: a raw request),
// the rest is the body. Whatever is accepted lies inside the body or was decoded from it.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/check.h"
#include "front/oip/infer_reader.h"

namespace {

using glowplug::Datatype;
using glowplug::InferRequest;
using glowplug::Signature;

Signature mixed() {
  Signature signature;
  signature.inputs = {{"f", Datatype::fp32, {-1, 2}, true, {}},
                      {"s", Datatype::bytes, {-1}, true, {}},
                      {"h", Datatype::fp16, {-1}, true, {}},
                      {"b", Datatype::bool_, {-1}, true, {}}};
  signature.outputs = {{"y", Datatype::fp32, {-1, 3}, false, {}}};
  signature.max_batch = 4;
  return signature;
}

Signature raw_of(Datatype datatype) {
  Signature signature;
  signature.inputs = {{"x", datatype, {-1, 2, -1}, false, {}}};
  signature.outputs = {{"y", Datatype::fp16, {-1}, false, {}}};
  signature.max_batch = 4;
  return signature;
}

bool lies_in(std::span<const std::byte> bytes, const std::string& body) {
  const auto* const begin = reinterpret_cast<const std::byte*>(body.data());
  return !std::less<>{}(bytes.data(), begin) &&
         !std::less<>{}(begin + body.size(), bytes.data() + bytes.size());
}

bool was_decoded(std::span<const std::byte> bytes, const InferRequest& request) {
  for (const auto& one : request.decoded) {
    if (one.data() == bytes.data() && one.size() == bytes.size()) return true;
  }
  return false;
}

void read_one(const std::string& body, std::size_t json_length, const Signature& signature) {
  const auto request =
      glowplug::front::oip::read_infer(std::make_unique<std::string>(body), json_length, signature);
  if (!request) return;
  for (std::size_t i = 0; i < request->inputs.size(); ++i) {
    const glowplug::InferInput& input = request->inputs[i];
    if (!input.present) continue;
    GLOWPLUG_CHECK(glowplug::check_tensor({signature.inputs[i].datatype, input.shape, input.bytes})
                       .has_value());
    GLOWPLUG_CHECK(input.bytes.empty() || lies_in(input.bytes, *request->body) ||
                   was_decoded(input.bytes, *request));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  if (size < 2) return 0;
  const std::size_t json_length = data[0] + std::size_t{256} * data[1];
  const std::string body(reinterpret_cast<const char*>(data + 2), size - 2);
  read_one(body, json_length, mixed());
  if (json_length != 0) return 0;
  for (std::size_t kind = 0; kind < glowplug::kDatatypeCount; ++kind)
    read_one(body, 0, raw_of(static_cast<Datatype>(kind)));
  return 0;
}
