#include "optimize/native_inputs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace glowplug::optimize {
namespace {

constexpr std::size_t kMostPoints = 100'000;

template <class T, class U>
void append(std::vector<T>& to, const std::vector<U>& from) {
  const std::size_t count = std::min(from.size(), kMostPoints - std::min(kMostPoints, to.size()));
  for (std::size_t i = 0; i < count; ++i) to.emplace_back(from[i]);
}

bool is_tree(std::string_view type) { return type.starts_with("TreeEnsemble"); }
bool multiplies(std::string_view type) {
  return type == "MatMul" || type == "Gemm" || type == "Conv" || type.starts_with("Linear") ||
         type == "Mul" || type == "Pow" || type == "Normalizer";
}

/// The engine behind it is the same in every standard library; distributions are not.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }
  template <class T>
  const T& one_of(const std::vector<T>& list) {
    return list[below(list.size())];
  }
  /// In [-1, 1).
  float unit() { return static_cast<float>(below(1U << 20)) / (1U << 19) - 1; }

 private:
  std::mt19937_64 engine_;
};

float beside(float value, Draw& draw) {
  constexpr float kEnd = std::numeric_limits<float>::infinity();
  switch (draw.below(4)) {
    case 0:
      return std::nextafter(value, kEnd);
    case 1:
      return std::nextafter(value, -kEnd);
    case 2:
      return value + draw.unit();
    default:
      return value;
  }
}

float extreme(const TurningPoints& points, Draw& draw) {
  static const std::vector<float> kLarge = {64, -64, -0.F, 1e-30F, -17};
  static const std::vector<float> kHuge = {3e38F, -3e38F, std::numeric_limits<float>::infinity(),
                                           -std::numeric_limits<float>::infinity(),
                                           std::numeric_limits<float>::denorm_min()};
  return draw.one_of(points.compares_only && draw.below(2) == 0 ? kHuge : kLarge);
}

float number(const TurningPoints& points, ProbeKind probe, Draw& draw) {
  if (probe == ProbeKind::gaps && draw.below(5) == 0)
    return std::numeric_limits<float>::quiet_NaN();
  if (probe == ProbeKind::extremes && draw.below(5) == 0) return extreme(points, draw);
  const std::size_t kind = draw.below(4);
  if (kind == 0) return 3 * draw.unit();
  if (kind == 1 && !points.integers.empty())
    return static_cast<float>(draw.one_of(points.integers));
  if (points.floats.empty()) return static_cast<float>(draw.below(10)) / 4;
  if (kind == 2) {
    const float a = draw.one_of(points.floats);
    return a + (draw.one_of(points.floats) - a) * std::abs(draw.unit());
  }
  return beside(draw.one_of(points.floats), draw);
}

std::int64_t whole(const TurningPoints& points, Draw& draw) {
  if (points.integers.empty() || draw.below(4) == 0)
    return static_cast<std::int64_t>(draw.below(12)) - 1;
  return draw.one_of(points.integers);
}

std::string text(const TurningPoints& points, Draw& draw) {
  if (points.texts.empty() || draw.below(6) == 0) return draw.below(2) == 0 ? "" : "no such word";
  return draw.one_of(points.texts);
}

template <class T, class Make>
void fill(Tensor& tensor, Make make) {
  for (std::size_t at = 0; at + sizeof(T) <= tensor.bytes.size(); at += sizeof(T)) {
    const T value = make();
    std::memcpy(tensor.bytes.data() + at, &value, sizeof value);
  }
}

void fill_texts(Tensor& tensor, const TurningPoints& points, Draw& draw) {
  const auto count = element_count(tensor.shape);
  tensor.bytes.clear();
  for (std::size_t i = 0; count && i < *count; ++i)
    append_bytes_element(tensor.bytes, text(points, draw));
}

void fill_tensor(Tensor& tensor, const TurningPoints& points, ProbeKind probe, Draw& draw) {
  switch (tensor.datatype) {
    case Datatype::fp32:
      return fill<float>(tensor, [&] { return number(points, probe, draw); });
    case Datatype::fp64:
      return fill<double>(tensor, [&] { return static_cast<double>(number(points, probe, draw)); });
    case Datatype::int64:
      return fill<std::int64_t>(tensor, [&] { return whole(points, draw); });
    case Datatype::int32:
      return fill<std::int32_t>(tensor,
                                [&] { return static_cast<std::int32_t>(whole(points, draw)); });
    case Datatype::bytes:
      return fill_texts(tensor, points, draw);
    default:
      return;
  }
}

}  // namespace

TurningPoints turning_points(const onnx::Model& model) {
  TurningPoints points;
  bool has_trees = false;
  bool has_products = false;
  for (const onnx::Node& node : model.graph.nodes) {
    has_trees |= is_tree(node.op_type);
    has_products |= multiplies(node.op_type);
    points.takes_gaps |= is_tree(node.op_type) || node.op_type == "Imputer";
    for (const onnx::Attribute& attribute : node.attributes) {
      if (attribute.name == "nodes_values" || attribute.name == "offset" ||
          attribute.name == "imputed_value_floats")
        append(points.floats, attribute.floats);
      if (attribute.name == "cats_int64s" || attribute.name == "keys_int64s")
        append(points.integers, attribute.ints);
      if (attribute.name == "cats_strings" || attribute.name == "keys_strings")
        append(points.texts, attribute.strings);
    }
  }
  points.compares_only = has_trees && !has_products;
  return points;
}

Inputs probe_inputs(const Inputs& inputs, const TurningPoints& points, ProbeKind probe,
                    std::uint64_t seed) {
  Draw draw(seed);
  Inputs made = inputs;
  for (std::optional<Tensor>& input : made) {
    if (input) fill_tensor(*input, points, probe, draw);
  }
  return made;
}

}  // namespace glowplug::optimize
