#pragma once
#include <cstdint>
#include <span>

namespace glowplug::engine::native {

/// The attribute post_transform of ai.onnx.ml's classifiers and regressors.
/// PROBIT is left to ONNX Runtime: nothing writes it, and what it means for two classes is odd.
enum class PostTransform : std::uint8_t { none, logistic, softmax, softmax_zero };
inline constexpr std::int64_t kPostTransformCount = 4;

/// As ONNX Runtime computes them (core/providers/cpu/ml/ml_common.h).
[[nodiscard]] float logistic(float x);
/// The scores of one row, in place.
void transform(PostTransform kind, std::span<float> scores);

/// What the first class gets from the one score s of a binary classifier. With `logistic` both
/// classes get that of -s and s; other transforms are not applied.
enum class SecondClass : std::uint8_t {
  complement,  ///< 1 - s
  opposite,    ///< -s
};
void binary_scores(PostTransform kind, SecondClass second, float score, std::span<float, 2> out);

}  // namespace glowplug::engine::native
