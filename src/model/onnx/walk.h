#pragma once
#include "model/onnx/onnx_model.h"

namespace glowplug::onnx {

/// Calls what it was given for every node and every constant tensor of a model: those of the main
/// graph, of graphs inside attributes, of attributes, and of the model's own functions.
template <class VisitNode, class VisitTensor>
class Walk {
 public:
  Walk(VisitNode node, VisitTensor tensor) : node_(std::move(node)), tensor_(std::move(tensor)) {}

  void model(const Model& model) {
    graph(model.graph);
    for (const Function& function : model.functions) nodes(function.nodes);
  }

 private:
  void graph(const Graph& graph) {
    for (const TensorProto& tensor : graph.initializers) tensor_(tensor);
    nodes(graph.nodes);
  }
  // Depth is bounded by read_model.
  void nodes(const std::vector<Node>& nodes) {
    for (const Node& node : nodes) {
      node_(node);
      for (const Attribute& attribute : node.attributes) {
        for (const TensorProto& tensor : attribute.tensors) tensor_(tensor);
        for (const auto& inner : attribute.graphs) graph(*inner);
      }
    }
  }
  VisitNode node_;
  VisitTensor tensor_;
};

}  // namespace glowplug::onnx
