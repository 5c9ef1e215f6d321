#include "front/split.h"

#include <algorithm>

namespace glowplug::front {
namespace {

bool same_but_rows(const Shape& a, const Shape& b) {
  return a.size() == b.size() && (a.empty() || std::equal(a.begin() + 1, a.end(), b.begin() + 1));
}

}  // namespace

bool may_run_together(const InferRequest& a, const InferRequest& b) {
  if (a.kind != b.kind) return false;
  for (std::size_t i = 0; i < a.inputs.size(); ++i) {
    if (a.inputs[i].present != b.inputs[i].present) return false;
    if (a.inputs[i].present && !same_but_rows(a.inputs[i].shape, b.inputs[i].shape)) return false;
  }
  return true;
}

}  // namespace glowplug::front
