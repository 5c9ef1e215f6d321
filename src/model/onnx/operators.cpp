#include "model/onnx/operators.h"

#include "model/onnx/walk.h"

namespace glowplug::onnx {

std::map<OperatorName, std::size_t> operators_of(const Model& model) {
  std::map<OperatorName, std::size_t> counts;
  Walk(
      [&counts](const Node& node) {
        const std::string_view domain = node.domain.empty() ? "ai.onnx" : node.domain;
        ++counts[{std::string(domain), std::string(node.op_type)}];
      },
      [](const TensorProto&) {})
      .model(model);
  return counts;
}

}  // namespace glowplug::onnx
