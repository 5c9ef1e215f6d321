#include "optimize/native/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/native/datatypes.h"
#include "optimize/native/lowering.h"
#include "optimize/native/write_plan.h"

namespace glowplug::optimize::native {
namespace {

class Compiler {
 public:
  explicit Compiler(const CompileRequest& request)
      // Folded constants must not depend on the machine.
      : request_(request), builder_(engine::native::kBaselineKernels) {}

  Result<std::vector<std::byte>> run() {
    const onnx::Graph& graph = request_.model.graph;
    // First, before a large model's weights are copied.
    for (const onnx::Node& node : graph.nodes) GLOWPLUG_TRY(check_known(node));
    count_uses(graph);
    GLOWPLUG_TRY(add_inputs());
    GLOWPLUG_TRY(add_initializers(graph));
    for (const onnx::Node& node : graph.nodes) GLOWPLUG_TRY(add_node(node));
    GLOWPLUG_TRY(add_outputs());
    return write_plan(builder_, request_.rows_independent);
  }

 private:
  static Result<void> check_known(const onnx::Node& node) {
    if (find_lower(node.domain, node.op_type) != nullptr) return {};
    return not_known(
        fmt::format("operator {}{}{}", node.domain, node.domain.empty() ? "" : ".", node.op_type));
  }

  void count_uses(const onnx::Graph& graph) {
    for (const onnx::Node& node : graph.nodes) {
      for (const std::string_view input : node.inputs) ++uses_[input];
    }
    for (const onnx::ValueInfo& output : graph.outputs) ++uses_[output.name];
  }

  Result<Element> element_of_spec(const TensorSpec& spec) const {
    const auto element = engine::native::element_of(spec.datatype);
    if (element) return *element;
    return not_known(fmt::format("\"{}\" of {}", spec.name, glowplug::name_of(spec.datatype)));
  }

  Result<void> add_inputs() {
    const auto& inputs = request_.signature.inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const TensorSpec& spec = inputs[i];
      GLOWPLUG_ASSIGN(const Element element, element_of_spec(spec));
      std::optional<Constant> given;
      if (spec.optional) {
        GLOWPLUG_ASSIGN(given, default_of(spec.name));
      }
      const std::vector<std::int64_t> trial = given ? given->shape : request_.trial_shapes[i];
      GLOWPLUG_ASSIGN(const ValueId value,
                      builder_.add_input(spec.name, element, spec.shape, trial, std::move(given)));
      values_[spec.name] = value;
    }
    return {};
  }

  Result<Constant> default_of(std::string_view name) const {
    const auto& initializers = request_.model.graph.initializers;
    const auto found = std::ranges::find(initializers, name, &onnx::TensorProto::name);
    if (found == initializers.end())
      return not_known(fmt::format("optional input \"{}\" without a default", name));
    return constant_from(*found);
  }

  Result<void> add_initializers(const onnx::Graph& graph) {
    for (const onnx::TensorProto& tensor : graph.initializers) {
      if (values_.contains(tensor.name) || !uses_.contains(tensor.name)) continue;
      GLOWPLUG_ASSIGN(Constant constant, constant_from(tensor));
      values_.insert_or_assign(std::string(tensor.name),
                               builder_.add_constant(std::move(constant)));
    }
    return {};
  }

  Result<void> add_node(const onnx::Node& node) {
    const Lower lower = find_lower(node.domain, node.op_type);
    GLOWPLUG_ASSIGN(Lowering lowering, lowering_of(node));
    auto outputs = lower(lowering);
    if (!outputs) return std::move(outputs).error().in(fmt::format("operator {}", node.op_type));
    GLOWPLUG_TRY(lowering.check_attributes());
    return name_outputs(node, *outputs);
  }

  Result<Lowering> lowering_of(const onnx::Node& node) {
    std::vector<ValueId> inputs;
    std::vector<bool> single_use;
    for (const std::string_view input : node.inputs) {
      const auto found = values_.find(input);
      if (!input.empty() && found == values_.end())
        return invalid_argument(fmt::format("nothing computes \"{}\"", input));
      inputs.push_back(input.empty() ? kNoValue : found->second);
      single_use.push_back(uses_[input] == 1);
    }
    const auto opset = request_.model.opset_imports.find(
        node.domain == "ai.onnx" ? std::string_view() : node.domain);
    const std::int64_t version = opset == request_.model.opset_imports.end() ? 1 : opset->second;
    return Lowering(builder_, node, version, std::move(inputs), std::move(single_use));
  }

  Result<void> name_outputs(const onnx::Node& node, const std::vector<ValueId>& outputs) {
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i].empty()) continue;
      if (i >= outputs.size()) return not_known(fmt::format("output {} of {}", i, node.op_type));
      values_.insert_or_assign(std::string(node.outputs[i]), outputs[i]);
    }
    return {};
  }

  Result<void> add_outputs() {
    for (const TensorSpec& spec : request_.signature.outputs) {
      GLOWPLUG_ASSIGN(const Element element, element_of_spec(spec));
      const auto found = values_.find(spec.name);
      if (found == values_.end())
        return invalid_argument(fmt::format("nothing computes output \"{}\"", spec.name));
      GLOWPLUG_TRY(builder_.add_output(found->second, spec.name, element, spec.shape));
    }
    return {};
  }

  const CompileRequest& request_;
  Builder builder_;
  std::map<std::string, ValueId, std::less<>> values_;
  std::map<std::string_view, std::size_t> uses_;
};

}  // namespace

Result<std::vector<std::byte>> compile(const CompileRequest& request) {
  GLOWPLUG_CHECK(request.trial_shapes.size() == request.signature.inputs.size());
  return Compiler(request).run();
}

}  // namespace glowplug::optimize::native
