#pragma once
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace glowplug::engine {

/// Keeps a run's outputs in memory of its own, in the order in which they come.
class TensorSink final : public OutputSink {
 public:
  /// `count`: outputs that are expected.
  explicit TensorSink(std::size_t count) { outputs_.reserve(count); }
  [[nodiscard]] Result<std::span<std::byte>> output(std::size_t /*index*/, Datatype datatype,
                                                    std::span<const std::int64_t> shape,
                                                    std::size_t size_bytes) override {
    Tensor& tensor = outputs_.emplace_back(
        Tensor{datatype, Shape(shape.begin(), shape.end()), std::vector<std::byte>(size_bytes)});
    return std::span(tensor.bytes);
  }
  [[nodiscard]] std::vector<Tensor> take() { return std::exchange(outputs_, {}); }

 private:
  std::vector<Tensor> outputs_;
};

}  // namespace glowplug::engine
