#include "model/onnx/onnx_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/onnx/fields.h"
#include "model/onnx/parse_tensor.h"

namespace glowplug::onnx {
namespace {

constexpr int kMostGraphs = 32;  ///< inside each other; real models have 2 or 3

Result<Graph> parse_graph(std::span<const std::byte> message, int depth);

Result<void> append_graph(const Field& field, Attribute& to, int depth) {
  GLOWPLUG_TRY(need(field, WireType::bytes));
  GLOWPLUG_ASSIGN(Graph graph, parse_graph(field.bytes, depth + 1));
  to.graphs.push_back(std::make_unique<Graph>(std::move(graph)));
  return {};
}

Result<void> append_sparse(const Field& field, std::vector<TensorProto>& to) {
  GLOWPLUG_TRY(need(field, WireType::bytes));
  return parse_sparse_tensor(field.bytes, to);
}

Result<Attribute> parse_attribute(std::span<const std::byte> message, int depth) {
  Attribute attribute;
  GLOWPLUG_TRY(each_field(message, [&](const Field& field) -> Result<void> {
    switch (field.number) {
      case 1:
        return read(field, attribute.name);
      case 2:
        return read(field, attribute.f);
      case 3:
        return read(field, attribute.i);
      case 4:
        return read(field, attribute.s);
      case 5:
      case 10:
        return append_message(field, attribute.tensors, parse_tensor);
      case 6:
      case 11:
        return append_graph(field, attribute, depth);
      case 7:
        return append(field, attribute.floats);
      case 8:
        return append(field, attribute.ints);
      case 9:
        return append(field, attribute.strings);
      case 20:
        return read(field, attribute.type);
      case 22:
      case 23:
        return append_sparse(field, attribute.tensors);
      default:
        return {};
    }
  }));
  return attribute;
}

Result<Node> parse_node(std::span<const std::byte> message, int depth) {
  Node node;
  GLOWPLUG_TRY(each_field(message, [&](const Field& field) -> Result<void> {
    switch (field.number) {
      case 1:
        return append(field, node.inputs);
      case 2:
        return append(field, node.outputs);
      case 3:
        return read(field, node.name);
      case 4:
        return read(field, node.op_type);
      case 5:
        return append_message(field, node.attributes, [depth](std::span<const std::byte> bytes) {
          return parse_attribute(bytes, depth);
        });
      case 7:
        return read(field, node.domain);
      default:
        return {};
    }
  }));
  return node;
}

Result<void> append_node(const Field& field, std::vector<Node>& to, int depth) {
  auto appended = append_message(
      field, to, [depth](std::span<const std::byte> bytes) { return parse_node(bytes, depth); });
  if (!appended) return std::move(appended).error().in(fmt::format("node {}", to.size()));
  return {};
}

Result<Graph> parse_graph(std::span<const std::byte> message, int depth) {
  if (depth > kMostGraphs)
    return Error{Code::invalid_argument,
                 fmt::format("more than {} graphs inside each other", kMostGraphs),
                 {}};
  Graph graph;
  GLOWPLUG_TRY(each_field(message, [&](const Field& field) -> Result<void> {
    switch (field.number) {
      case 1:
        return append_node(field, graph.nodes, depth);
      case 2:
        return read(field, graph.name);
      case 5:
        return append_message(field, graph.initializers, parse_tensor);
      case 11:
        return append_message(field, graph.inputs, parse_value_info);
      case 12:
        return append_message(field, graph.outputs, parse_value_info);
      case 15:
        return append_sparse(field, graph.initializers);
      default:
        return {};
    }
  }));
  return graph;
}

Result<Function> parse_function(std::span<const std::byte> message) {
  Function function;
  GLOWPLUG_TRY(each_field(message, [&](const Field& field) -> Result<void> {
    if (field.number == 1) return read(field, function.name);
    if (field.number == 7) return append_node(field, function.nodes, 1);
    if (field.number == 10) return read(field, function.domain);
    return {};
  }));
  return function;
}

Result<void> insert_opset(const Field& field, std::map<std::string_view, std::int64_t>& to) {
  GLOWPLUG_TRY(need(field, WireType::bytes));
  std::string_view domain;
  std::int64_t version = 0;
  GLOWPLUG_TRY(each_field(field.bytes, [&](const Field& part) -> Result<void> {
    if (part.number == 1) return read(part, domain);
    if (part.number == 2) return read(part, version);
    return {};
  }));
  to[domain == "ai.onnx" ? std::string_view() : domain] = version;
  return {};
}

Result<void> read_model_field(const Field& field, Model& model, bool& has_graph) {
  switch (field.number) {
    case 1:
      return read(field, model.ir_version);
    case 2:
      return read(field, model.producer_name);
    case 3:
      return read(field, model.producer_version);
    case 4:
      return read(field, model.domain);
    case 5:
      return read(field, model.model_version);
    case 7: {
      GLOWPLUG_TRY(need(field, WireType::bytes));
      has_graph = true;
      auto graph = parse_graph(field.bytes, 1);
      if (!graph) return std::move(graph).error().in("graph");
      model.graph = *std::move(graph);
      return {};
    }
    case 8:
      return insert_opset(field, model.opset_imports);
    case 14:
      return insert(field, model.metadata);
    case 25:
      return append_message(field, model.functions, parse_function);
    default:
      return {};
  }
}

/// Any bytes may happen to be protobuf; a model has these three.
Result<void> check_is_model(const Model& model, bool has_graph) {
  const char* lacking = !has_graph                                             ? "a graph"
                        : model.ir_version <= 0                                ? "an IR version"
                        : model.opset_imports.empty() && model.ir_version >= 3 ? "an operator set"
                                                                               : nullptr;
  if (lacking == nullptr) return {};
  return Error{Code::invalid_argument, fmt::format("it lacks {}", lacking), {}};
}

}  // namespace

const Attribute* Node::attribute(std::string_view wanted) const {
  const auto found = std::ranges::find(attributes, wanted, &Attribute::name);
  return found == attributes.end() ? nullptr : &*found;
}

Result<Model> read_model(std::span<const std::byte> bytes) {
  Model model;
  bool has_graph = false;
  auto done = each_field(
      bytes, [&](const Field& field) { return read_model_field(field, model, has_graph); });
  if (done) done = check_is_model(model, has_graph);
  if (!done) return std::move(done).error().in("not an ONNX model");
  return model;
}

Result<ModelFile> ModelFile::open(const std::filesystem::path& path) {
  GLOWPLUG_ASSIGN(MappedFile file, MappedFile::open(path));
  auto model = read_model(file.bytes());
  if (!model) return std::move(model).error().in(path.string());
  return ModelFile(std::move(file), *std::move(model));
}

}  // namespace glowplug::onnx
