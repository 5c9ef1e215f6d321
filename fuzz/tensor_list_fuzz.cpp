// Answers of instances as tensors: what is accepted is sound, and is written again as it was read.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "model/tensor_list.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto tensors = glowplug::read_tensor_list(bytes);
  if (!tensors) {
    GLOWPLUG_CHECK(!tensors.error().message.empty());
    return 0;
  }
  for (const glowplug::Tensor& tensor : *tensors)
    GLOWPLUG_CHECK(glowplug::check_tensor(tensor.view()).has_value());
  GLOWPLUG_CHECK(glowplug::write_tensor_list(*tensors) == bytes);
  return 0;
}
