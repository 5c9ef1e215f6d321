#pragma once
#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>

#include "handler/image/image.h"
#include "handler/image/resize_float.h"
#include "model/tensor.h"
#include "model/trace.h"

namespace glowplug::handler::image {

/// Measures one stage from its making to done(); does nothing without a trace.
class StageClock {
 public:
  explicit StageClock(Trace* trace) : trace_(trace) {
    if (trace_ != nullptr) start_ = std::chrono::steady_clock::now();
  }
  void done(std::string_view name, const Image& image) const;
  void done(std::string_view name, const FloatImage& image) const;
  void done(std::string_view name, const Shape& shape, Datatype datatype,
            std::span<const std::byte> row) const;

 private:
  [[nodiscard]] std::chrono::nanoseconds elapsed() const {
    return std::chrono::steady_clock::now() - start_;
  }
  Trace* trace_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace glowplug::handler::image
