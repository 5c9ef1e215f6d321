#pragma once
#include <map>
#include <optional>
#include <utility>

#include "engine/engine.h"

namespace glowplug::engine::testing {

/// Keeps outputs as tensors, by index; fails with `failure` if that is set.
class MemorySink final : public OutputSink {
 public:
  [[nodiscard]] Result<std::span<std::byte>> output(std::size_t index, Datatype datatype,
                                                    std::span<const std::int64_t> shape,
                                                    std::size_t size_bytes) override {
    if (failure) return *failure;
    Tensor& tensor = outputs[index];
    tensor = {datatype, Shape(shape.begin(), shape.end()), std::vector<std::byte>(size_bytes)};
    return std::span<std::byte>(tensor.bytes);
  }

  std::map<std::size_t, Tensor> outputs;
  std::optional<Error> failure;
};

}  // namespace glowplug::engine::testing
