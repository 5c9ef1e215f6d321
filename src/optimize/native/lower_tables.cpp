// Operators of ai.onnx.ml over the columns of a table.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "engine/native/view_kinds.h"
#include "optimize/native/lowering.h"

namespace glowplug::optimize::native {
namespace {

using engine::native::ReshapeKind;
using Values = Result<std::vector<ValueId>>;

Values lower_scaler(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId x, node.as_float(0));
  const auto given_offset = node.real_numbers("offset");
  const auto given_scale = node.real_numbers("scale");
  constexpr std::array kZero = {0.F};
  constexpr std::array kOne = {1.F};
  Builder& builder = node.builder();
  const ValueId offset = builder.add_constant(
      floats(given_offset.empty() ? std::span<const float>(kZero) : given_offset));
  const ValueId scale = builder.add_constant(
      floats(given_scale.empty() ? std::span<const float>(kOne) : given_scale));
  GLOWPLUG_ASSIGN(const ValueId y, builder.add(Opcode::scaler, {x, offset, scale}, {}));
  return std::vector<ValueId>{y};
}

Values lower_normalizer(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId x, node.as_float(0));
  static constexpr std::array<std::string_view, 3> kNorms = {"MAX", "L1", "L2"};
  const std::string_view name = node.text("norm", "MAX");
  const auto norm = std::ranges::find(kNorms, name);
  if (norm == kNorms.end()) return not_known(fmt::format("norm {}", name));
  GLOWPLUG_ASSIGN(const ValueId y,
                  node.builder().add(Opcode::normalizer, {x}, {norm - kNorms.begin()}));
  return std::vector<ValueId>{y};
}

Values lower_imputer(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  Builder& builder = node.builder();
  const auto numbers = node.real_numbers("imputed_value_floats");
  const auto whole = node.integers("imputed_value_int64s");
  const std::int64_t replaced_whole = node.integer("replaced_value_int64", 0);
  const float replaced = node.real_number("replaced_value_float", 0);
  const bool is_whole = node.operand(0).element == Element::int64;
  if (is_whole ? whole.empty() : numbers.empty())
    return not_known("Imputer without values of its input's type");
  const ValueId values = builder.add_constant(is_whole ? integers(whole) : floats(numbers));
  GLOWPLUG_ASSIGN(const ValueId y, builder.add(Opcode::imputer, {x, values},
                                               {is_whole ? replaced_whole : real(replaced)}));
  return std::vector<ValueId>{y};
}

/// Keys in ascending order and where each was. Errors: unimplemented (one twice, or NaN).
template <class T>
Result<std::vector<std::int64_t>> sort_keys(std::vector<T>& keys) {
  std::vector<std::int64_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  const auto key = [&](std::int64_t i) -> const T& { return keys[static_cast<std::size_t>(i)]; };
  for (const T& one : keys) {
    if (!(one == one)) return not_known("a key that is NaN");
  }
  std::ranges::sort(order, [&](std::int64_t a, std::int64_t b) { return key(a) < key(b); });
  std::vector<T> sorted;
  for (const std::int64_t i : order) {
    if (!sorted.empty() && !(sorted.back() < key(i))) return not_known("a key twice");
    sorted.push_back(key(i));
  }
  keys = std::move(sorted);
  return order;
}

Values lower_one_hot_encoder(Lowering& node) {
  GLOWPLUG_ASSIGN(ValueId x, node.input(0));
  Builder& builder = node.builder();
  auto names = node.texts("cats_strings");
  const auto given = node.integers("cats_int64s");
  std::vector<std::int64_t> numbers(given.begin(), given.end());
  const std::int64_t zeros = node.integer("zeros", 1);
  std::vector<std::int64_t> columns;
  ValueId keys = kNoValue;
  if (!names.empty()) {
    GLOWPLUG_ASSIGN(columns, sort_keys(names));
    keys = builder.add_constant(texts(std::move(names)));
  } else {
    GLOWPLUG_ASSIGN(columns, sort_keys(numbers));
    keys = builder.add_constant(integers(numbers));
    if (node.operand(0).element != Element::int64) {
      GLOWPLUG_ASSIGN(x,
                      builder.add(Opcode::cast, {x}, {static_cast<std::int64_t>(Element::int64)}));
    }
  }
  const ValueId places = builder.add_constant(integers(columns));
  GLOWPLUG_ASSIGN(const ValueId y, builder.add(Opcode::one_hot, {x, keys, places}, {zeros}));
  return std::vector<ValueId>{y};
}

Constant reordered(const Constant& values, std::span<const std::int64_t> order) {
  Constant sorted{values.element, values.shape, {}, {}};
  for (const std::int64_t i : order) {
    const auto at = static_cast<std::size_t>(i);
    if (values.element == Element::text) {
      sorted.texts.push_back(values.texts[at]);
      continue;
    }
    const std::size_t size = engine::native::size_of(values.element);
    const auto from = values.bytes.begin() + static_cast<std::ptrdiff_t>(at * size);
    sorted.bytes.insert(sorted.bytes.end(), from, from + static_cast<std::ptrdiff_t>(size));
  }
  return sorted;
}

/// Keys and values of a LabelEncoder: lists of one type or tensors (ai.onnx.ml 4).
Result<Constant> label_list(Lowering& node, const std::string& which) {
  const auto* const names = node.attribute(which + "_strings");
  const auto* const whole = node.attribute(which + "_int64s");
  const auto* const numbers = node.attribute(which + "_floats");
  const auto* const tensor = node.attribute(which + "_tensor");
  if (names != nullptr) return texts({names->strings.begin(), names->strings.end()});
  if (whole != nullptr) return integers(whole->ints);
  if (numbers != nullptr) return floats(numbers->floats);
  if (tensor != nullptr && tensor->tensors.size() == 1) return constant_from(tensor->tensors[0]);
  return not_known(fmt::format("LabelEncoder without {}", which));
}

/// ai.onnx.ml 2, LabelEncoder: "_Unused", -1 and -0.0 where nothing is said.
Result<Constant> label_default(Lowering& node, Element element) {
  const auto* const tensor = node.attribute("default_tensor");
  const std::string_view name = node.text("default_string", "_Unused");
  const std::int64_t whole = node.integer("default_int64", -1);
  const float number = node.real_number("default_float", -0.F);
  if (tensor != nullptr && tensor->tensors.size() == 1) {
    GLOWPLUG_ASSIGN(Constant given, constant_from(tensor->tensors[0]));
    given.shape = {1};
    return given;
  }
  if (element == Element::text) return texts({std::string(name)});
  if (element == Element::int64) return integers(std::array{whole});
  return floats(std::array{number});
}

Result<std::vector<std::int64_t>> sort_constant(Constant& keys) {
  if (keys.element == Element::text) return sort_keys(keys.texts);
  if (keys.element == Element::int64) {
    auto values = keys.values<std::int64_t>();
    GLOWPLUG_ASSIGN(auto order, sort_keys(values));
    keys = integers(values);
    return order;
  }
  if (keys.element != Element::float32) return not_known("LabelEncoder with keys of this type");
  auto values = keys.values<float>();
  GLOWPLUG_ASSIGN(auto order, sort_keys(values));
  keys = floats(values);
  return order;
}

Values lower_label_encoder(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  if (node.has_attribute("classes_strings")) return not_known("LabelEncoder of ai.onnx.ml 1");
  GLOWPLUG_ASSIGN(Constant keys, label_list(node, "keys"));
  GLOWPLUG_ASSIGN(const Constant values, label_list(node, "values"));
  const std::size_t count = values.element == Element::text
                                ? values.texts.size()
                                : values.bytes.size() / engine::native::size_of(values.element);
  GLOWPLUG_ASSIGN(const Constant otherwise, label_default(node, values.element));
  GLOWPLUG_ASSIGN(const auto order, sort_constant(keys));
  if (order.size() != count) return invalid_argument("LabelEncoder with other values than keys");
  Builder& builder = node.builder();
  GLOWPLUG_ASSIGN(const ValueId y, builder.add(Opcode::label_encoder,
                                               {x, builder.add_constant(std::move(keys)),
                                                builder.add_constant(reordered(values, order)),
                                                builder.add_constant(otherwise)},
                                               {}));
  return std::vector<ValueId>{y};
}

/// Elements of the last dimension; of a list it gives one row.
Values lower_array_feature_extractor(Lowering& node) {
  GLOWPLUG_ASSIGN(ValueId x, node.input(0));
  GLOWPLUG_ASSIGN(ValueId indexes, node.input(1));
  Builder& builder = node.builder();
  if (node.operand(0).rank == 1) {
    GLOWPLUG_ASSIGN(x, builder.add(Opcode::reshape, {x},
                                   {static_cast<std::int64_t>(ReshapeKind::unsqueeze), 0}));
  }
  if (node.operand(1).rank != 1) {
    const ValueId list = builder.add_constant(integers(std::array{std::int64_t{-1}}));
    GLOWPLUG_ASSIGN(indexes, builder.add(Opcode::reshape, {indexes, list},
                                         {static_cast<std::int64_t>(ReshapeKind::given), 0}));
  }
  GLOWPLUG_ASSIGN(const ValueId y, builder.add(Opcode::gather, {x, indexes}, {-1}));
  return std::vector<ValueId>{y};
}

/// Scores of a linear model: `coefficients` is [targets, columns].
Result<ValueId> linear_scores(Lowering& node, std::size_t targets) {
  GLOWPLUG_ASSIGN(ValueId x, node.input(0));
  if (node.operand(0).element == Element::float64) {
    GLOWPLUG_ASSIGN(
        x, node.builder().add(Opcode::cast, {x}, {static_cast<std::int64_t>(Element::float32)}));
  } else {
    GLOWPLUG_ASSIGN(x, node.as_float(0));
  }
  const auto coefficients = node.real_numbers("coefficients");
  const auto intercepts = node.real_numbers("intercepts");
  if (targets == 0 || coefficients.size() % targets != 0)
    return not_known(fmt::format("{} coefficients for {} targets", coefficients.size(), targets));
  if (!intercepts.empty() && intercepts.size() != targets)
    return not_known(fmt::format("{} intercepts for {} targets", intercepts.size(), targets));
  const std::size_t depth = coefficients.size() / targets;
  std::vector<float> weights(coefficients.size());
  for (std::size_t i = 0; i < targets; ++i)
    for (std::size_t k = 0; k < depth; ++k) weights[k * targets + i] = coefficients[i * depth + k];
  return add_gemm(node.builder(), x, weights, depth, targets, intercepts);
}

Values lower_linear_classifier(Lowering& node) {
  node.ignore({"multi_class"});
  GLOWPLUG_ASSIGN(const std::int64_t post,
                  post_transform_named(node.text("post_transform", "NONE")));
  const std::size_t targets = node.real_numbers("intercepts").size();
  GLOWPLUG_ASSIGN(const ValueId scores, linear_scores(node, targets));
  GLOWPLUG_ASSIGN(const ValueId labels, class_labels(node, "classlabels_ints"));
  return node.builder().add(Opcode::linear_classes, {scores, labels}, {post, 1}, 2);
}

/// A post transform is refused: nothing writes one, and ONNX Runtime passes over it for one target.
Values lower_linear_regressor(Lowering& node) {
  const std::string_view post = node.text("post_transform", "NONE");
  if (post != "NONE") return not_known(fmt::format("post_transform {}", post));
  GLOWPLUG_ASSIGN(const ValueId scores,
                  linear_scores(node, static_cast<std::size_t>(node.integer("targets", 1))));
  return std::vector<ValueId>{scores};
}

}  // namespace

std::span<const LowerRule> table_rules() {
  static constexpr LowerRule kRules[] = {
      {kMl, "ArrayFeatureExtractor", lower_array_feature_extractor},
      {kMl, "Imputer", lower_imputer},
      {kMl, "LabelEncoder", lower_label_encoder},
      {kMl, "LinearClassifier", lower_linear_classifier},
      {kMl, "LinearRegressor", lower_linear_regressor},
      {kMl, "Normalizer", lower_normalizer},
      {kMl, "OneHotEncoder", lower_one_hot_encoder},
      {kMl, "Scaler", lower_scaler},
  };
  return kRules;
}

}  // namespace glowplug::optimize::native
