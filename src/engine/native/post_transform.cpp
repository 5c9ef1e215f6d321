#include "engine/native/post_transform.h"

#include <algorithm>
#include <cmath>

namespace glowplug::engine::native {
namespace {

void softmax(std::span<float> scores) {
  const float most = *std::ranges::max_element(scores);
  float sum = 0;
  for (float& score : scores) sum += score = std::exp(score - most);
  for (float& score : scores) score /= sum;
}

/// Scores that are zero stay zero.
void softmax_zero(std::span<float> scores) {
  const float most = *std::ranges::max_element(scores);
  float sum = 0;
  for (float& score : scores) {
    if (std::abs(score) > 1e-7F) {
      sum += score = std::exp(score - most);
    } else {
      score *= std::exp(-most);
    }
  }
  for (float& score : scores) score /= sum;  // NaN where all are zero
}

}  // namespace

float logistic(float x) {
  const float value = 1 / (1 + std::exp(-std::abs(x)));
  return x < 0 ? 1 - value : value;
}

void transform(PostTransform kind, std::span<float> scores) {
  if (scores.empty()) return;
  switch (kind) {
    case PostTransform::none:
      return;
    case PostTransform::logistic:
      for (float& score : scores) score = logistic(score);
      return;
    case PostTransform::softmax:
      return softmax(scores);
    case PostTransform::softmax_zero:
      return softmax_zero(scores);
  }
}

void binary_scores(PostTransform kind, SecondClass second, float score, std::span<float, 2> out) {
  if (kind == PostTransform::logistic) {
    out[0] = logistic(-score);
    out[1] = logistic(score);
  } else {
    out[0] = second == SecondClass::complement ? 1 - score : -score;
    out[1] = score;
  }
}

}  // namespace glowplug::engine::native
