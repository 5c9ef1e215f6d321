#pragma once
#include <cstring>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include "engine/native/session.h"
#include "engine/testing/memory_sink.h"

namespace glowplug::engine::native::testing {

/// Bytes at a multiple of 64, exactly as many: what reads beyond them is seen by AddressSanitizer.
class AlignedBytes {
 public:
  explicit AlignedBytes(std::span<const std::byte> bytes)
      : size_(bytes.size()),
        memory_(static_cast<std::byte*>(::operator new(size_, std::align_val_t{64}))) {
    if (size_ != 0) std::memcpy(memory_.get(), bytes.data(), size_);
  }
  [[nodiscard]] std::span<std::byte> bytes() const { return {memory_.get(), size_}; }

 private:
  struct Free {
    void operator()(std::byte* memory) const { ::operator delete(memory, std::align_val_t{64}); }
  };
  std::size_t size_;
  std::unique_ptr<std::byte, Free> memory_;
};

/// Small enough that a plan which asks for much is refused in no time.
inline constexpr Limits kSmallLimits{.memory_bytes = std::size_t{1} << 22, .work = 1e7};

/// Inputs of `signature` with `rows` for each dimension of -1; contents by position, NaN, large
/// numbers and long texts among them.
[[nodiscard]] inline std::vector<std::optional<Tensor>> some_inputs(const Signature& signature,
                                                                    std::int64_t rows) {
  std::vector<std::optional<Tensor>> inputs;
  for (const TensorSpec& spec : signature.inputs) {
    Tensor tensor{spec.datatype, spec.shape, {}};
    for (std::int64_t& size : tensor.shape) size = size < 0 ? rows : size;
    const auto count = element_count(tensor.shape);
    if (!count || *count > 1 << 17) return {};
    for (std::size_t i = 0; i < *count; ++i) {
      if (spec.datatype == Datatype::bytes) {
        append_bytes_element(tensor.bytes, std::string(i % 7, static_cast<char>('a' + i % 3)));
        continue;
      }
      const float value = i % 11 == 3   ? std::numeric_limits<float>::quiet_NaN()
                          : i % 13 == 5 ? 1e30F
                                        : static_cast<float>(i % 17) - 8;
      std::byte element[8] = {};
      std::memcpy(element, &value, sizeof value);
      if (spec.datatype == Datatype::int64) element[7] = element[3];
      tensor.bytes.insert(tensor.bytes.end(), element, element + element_size(spec.datatype));
    }
    inputs.emplace_back(std::move(tensor));
  }
  return inputs;
}

/// Opens `bytes` as a plan and runs it on several numbers of rows, if it is one. True if every run
/// gave an answer.
inline bool open_and_run(std::span<const std::byte> bytes, const Kernels& kernels) {
  const AlignedBytes plan(bytes);
  const auto session = NativeSession::of_bytes(plan.bytes(), kernels, kSmallLimits);
  if (!session) return false;
  bool all = true;
  for (const std::int64_t rows : {1, 3, 300, 0}) {
    const auto inputs = some_inputs((*session)->signature(), rows);
    if (inputs.size() != (*session)->signature().inputs.size()) return false;
    std::vector<std::optional<TensorView>> views;
    views.reserve(inputs.size());
    for (const auto& input : inputs) views.emplace_back(input->view());
    std::vector<std::size_t> wanted((*session)->signature().outputs.size());
    std::iota(wanted.begin(), wanted.end(), std::size_t{0});
    engine::testing::MemorySink sink;
    all &= (*session)->run(views, wanted, sink).has_value();
  }
  return all;
}

}  // namespace glowplug::engine::native::testing
