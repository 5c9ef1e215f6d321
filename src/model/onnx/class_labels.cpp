#include "model/onnx/class_labels.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/utf8.h"
#include "model/onnx/tensor_values.h"

namespace glowplug::onnx {
namespace {

constexpr std::string_view kMl = "ai.onnx.ml";
constexpr int kLongestChain = 64;  ///< steps back from an output; cycles end here
using Labels = std::vector<std::string>;

/// Who makes and who takes each value of the main graph.
struct GraphIndex {
  explicit GraphIndex(const Graph& graph) {
    for (const TensorProto& tensor : graph.initializers) constants.emplace(tensor.name, &tensor);
    for (const Node& node : graph.nodes) {
      for (const std::string_view output : node.outputs) producers.emplace(output, &node);
      for (const std::string_view input : node.inputs) consumers.emplace(input, &node);
    }
  }
  [[nodiscard]] const Node* producer_of(std::string_view value) const {
    const auto found = producers.find(value);
    return found == producers.end() ? nullptr : found->second;
  }
  std::map<std::string_view, const TensorProto*> constants;
  std::map<std::string_view, const Node*> producers;
  std::multimap<std::string_view, const Node*> consumers;
};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

/// The input whose last dimension the node passes on class by class, or empty.
std::string_view kept_input(const Node& node, const GraphIndex& index) {
  static constexpr std::array<std::string_view, 7> kUnary = {
      "Identity", "Cast", "Softmax", "LogSoftmax", "Sigmoid", "Normalizer", "Exp"};
  static constexpr std::array<std::string_view, 4> kBinary = {"Mul", "Add", "Sub", "Div"};
  if (node.inputs.size() == 1 && is_one_of(node.op_type, kUnary)) return node.inputs.front();
  if (node.inputs.size() == 2 && is_one_of(node.op_type, kBinary)) {
    if (index.constants.contains(node.inputs[1])) return node.inputs[0];
    if (index.constants.contains(node.inputs[0])) return node.inputs[1];
  }
  return {};
}

/// `value` and the values before it that hold the same classes in the same order.
std::vector<std::string_view> chain_of(std::string_view value, const GraphIndex& index) {
  std::vector<std::string_view> chain{value};
  while (chain.size() < kLongestChain) {
    const Node* node = index.producer_of(chain.back());
    const std::string_view before = node == nullptr ? std::string_view() : kept_input(*node, index);
    if (before.empty()) break;
    chain.push_back(before);
  }
  return chain;
}

std::optional<Labels> readable(Labels labels) {
  if (labels.empty() || !std::ranges::all_of(labels, is_utf8)) return std::nullopt;
  return labels;
}

template <class Values>
Labels texts_of(const Values& values) {
  Labels labels;
  labels.reserve(values.size());
  for (const auto& value : values) {
    if constexpr (std::is_convertible_v<decltype(value), std::string_view>) {
      labels.emplace_back(value);
    } else {
      labels.push_back(std::to_string(value));
    }
  }
  return labels;
}

/// A LabelEncoder that turns the classifier's integer classes into names, as pipelines with encoded
/// targets end: keys_int64s to values_strings.
Labels renamed(const Labels& classes, const Node& classifier, const GraphIndex& index) {
  std::map<std::string, std::string> names;
  const auto [first, last] = index.consumers.equal_range(classifier.outputs.front());
  for (auto taker = first; taker != last; ++taker) {
    const Node& node = *taker->second;
    const Attribute* keys = node.attribute("keys_int64s");
    const Attribute* values = node.attribute("values_strings");
    if (node.op_type != "LabelEncoder" || keys == nullptr || values == nullptr ||
        keys->ints.size() != values->strings.size())
      continue;
    for (std::size_t i = 0; i < keys->ints.size(); ++i)
      names.emplace(std::to_string(keys->ints[i]), values->strings[i]);
  }
  Labels labels;
  for (const std::string& name : classes) {
    const auto found = names.find(name);
    if (found == names.end()) return classes;
    labels.push_back(found->second);
  }
  return labels;
}

/// Classes of a classifier of ai.onnx.ml whose scores (second output) `value` is.
std::optional<Labels> classifier_labels(std::string_view value, const GraphIndex& index) {
  static constexpr std::array<std::string_view, 3> kClassifiers = {
      "LinearClassifier", "SVMClassifier", "TreeEnsembleClassifier"};
  const Node* node = index.producer_of(value);
  if (node == nullptr || node->domain != kMl || !is_one_of(node->op_type, kClassifiers) ||
      node->outputs.size() != 2 || node->outputs[1] != value)
    return std::nullopt;
  if (const Attribute* names = node->attribute("classlabels_strings");
      names != nullptr && !names->strings.empty())
    return readable(texts_of(names->strings));
  for (const char* key : {"classlabels_int64s", "classlabels_ints"}) {
    if (const Attribute* numbers = node->attribute(key);
        numbers != nullptr && !numbers->ints.empty())
      return readable(renamed(texts_of(numbers->ints), *node, index));
  }
  return std::nullopt;
}

/// The ArgMax whose result, perhaps reshaped, is `value`; null if there is none.
const Node* argmax_behind(std::string_view value, const GraphIndex& index) {
  static constexpr std::array<std::string_view, 6> kReshaping = {
      "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten"};
  for (int step = 0; step < kLongestChain; ++step) {
    const Node* node = index.producer_of(value);
    if (node == nullptr || node->inputs.empty()) return nullptr;
    if (node->op_type == "ArgMax") return node;
    if (!is_one_of(node->op_type, kReshaping)) return nullptr;
    value = node->inputs.front();
  }
  return nullptr;
}

std::optional<Labels> constant_labels(const TensorProto& tensor) {
  if (tensor.type == ElementType::string) {
    auto names = string_values(tensor);
    return names ? readable(*std::move(names)) : std::nullopt;
  }
  const auto numbers = integer_values(tensor);
  return numbers ? readable(texts_of(*numbers)) : std::nullopt;
}

/// Class names that an ArrayFeatureExtractor picks by the ArgMax of some scores: by each value that
/// holds those scores.
std::map<std::string_view, Labels> picked_labels(const Graph& graph, const GraphIndex& index) {
  std::map<std::string_view, Labels> by_value;
  for (const Node& node : graph.nodes) {
    if (node.domain != kMl || node.op_type != "ArrayFeatureExtractor" || node.inputs.size() != 2)
      continue;
    const auto classes = index.constants.find(node.inputs[0]);
    const Node* argmax = argmax_behind(node.inputs[1], index);
    if (classes == index.constants.end() || argmax == nullptr) continue;
    const auto labels = constant_labels(*classes->second);
    if (!labels) continue;
    for (const std::string_view value : chain_of(argmax->inputs.front(), index))
      by_value.emplace(value, *labels);
  }
  return by_value;
}

/// Scores are floating point with a last dimension of one for each class, where it is known.
bool can_hold(const ValueInfo& output, std::size_t classes) {
  const bool is_float = output.type == ElementType::float32 ||
                        output.type == ElementType::float64 || output.type == ElementType::float16;
  if (output.kind != ValueInfo::Kind::tensor || !is_float) return false;
  if (!output.has_shape) return true;
  if (output.shape.empty()) return false;
  const auto& last = output.shape.back().value;
  return !last || *last < 0 || static_cast<std::uint64_t>(*last) == classes;
}

}  // namespace

std::map<std::string, std::vector<std::string>> class_labels(const Model& model) {
  const GraphIndex index(model.graph);
  const auto picked = picked_labels(model.graph, index);
  std::map<std::string, Labels> labels;
  for (const ValueInfo& output : model.graph.outputs) {
    for (const std::string_view value : chain_of(output.name, index)) {
      auto found = classifier_labels(value, index);
      if (const auto at = picked.find(value); !found && at != picked.end()) found = at->second;
      if (!found) continue;
      if (can_hold(output, found->size())) labels.emplace(output.name, *std::move(found));
      break;
    }
  }
  return labels;
}

}  // namespace glowplug::onnx
