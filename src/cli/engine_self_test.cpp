#include "cli/engine_self_test.h"

#include <sys/stat.h>

#include <array>
#include <cstring>
#include <string_view>

#include "base/file.h"

namespace glowplug::cli {
namespace {

// ModelProto of ir_version 8, opset 17: y = Identity(x), both FP32[2] (onnx.proto3).
constexpr std::string_view kIdentity(
    "\x08\x08:"
    "7\n\x10\n\x01x\x12\x01y\"\x08Identity\x12\x01gZ\x0f\n\x01x\x12\n\n\x08\x08\x01\x12\x04"
    "\n\x02\x08\x02"
    "b\x0f\n\x01y\x12\n\n\x08\x08\x01\x12\x04\n\x02\x08\x02"
    "B\x04\n\x00\x10\x11",
    65);

Tensor two_numbers() {
  constexpr std::array kNumbers{1.5F, -2.0F};
  Tensor tensor{Datatype::fp32, {2}, std::vector<std::byte>(sizeof kNumbers)};
  std::memcpy(tensor.bytes.data(), kNumbers.data(), sizeof kNumbers);
  return tensor;
}

}  // namespace

Result<std::string> test_engine(RunnerFactory& runners) {
  GLOWPLUG_ASSIGN(const TemporaryFolder folder, TemporaryFolder::create());
  ::chmod(folder.path().c_str(), 0755);  // the child may be another user
  GLOWPLUG_TRY(write_file_atomically(folder.path() / "model.onnx", kIdentity, false));
  GLOWPLUG_ASSIGN(const auto runner, runners.open({.model = folder.path() / "model.onnx"}));
  const std::array<std::optional<Tensor>, 1> inputs{two_numbers()};
  GLOWPLUG_ASSIGN(const auto outputs, runner->run(inputs));
  if (outputs.size() != 1 || outputs[0].bytes != inputs[0]->bytes)
    return Error{Code::internal, "it answers wrong: Identity changed its input", {}};
  return runner->engine_version();
}

}  // namespace glowplug::cli
