#include "front/oip/metadata.h"

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace glowplug::front::oip {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::string text_of(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

OrderedJson metadata_of(const std::vector<TensorSpec>& specs) {
  OrderedJson list = OrderedJson::array();
  for (const TensorSpec& spec : specs)
    list.push_back(
        {{"name", spec.name}, {"datatype", name_of(spec.datatype)}, {"shape", spec.shape}});
  return list;
}

/// "TYPE_FP32"; BYTES are TYPE_STRING there.
std::string config_type(Datatype datatype) {
  return datatype == Datatype::bytes ? "TYPE_STRING" : "TYPE_" + std::string(name_of(datatype));
}

/// Without the batch dimension, which ModelConfig leaves out.
OrderedJson config_dims(const TensorSpec& spec, bool batches) {
  OrderedJson dims = OrderedJson::array();
  for (std::size_t i = batches ? 1 : 0; i < spec.shape.size(); ++i) dims.push_back(spec.shape[i]);
  return dims;
}

OrderedJson config_of(const std::vector<TensorSpec>& specs, bool batches) {
  OrderedJson list = OrderedJson::array();
  for (const TensorSpec& spec : specs) {
    OrderedJson one = {{"name", spec.name},
                       {"data_type", config_type(spec.datatype)},
                       {"dims", config_dims(spec, batches)}};
    if (spec.optional) one["optional"] = true;
    list.push_back(std::move(one));
  }
  return list;
}

std::string platform_of(std::string_view engine) {
  return engine == "onnxruntime" ? "onnxruntime_onnx" : std::string(engine);
}

}  // namespace

std::string write_server_metadata(std::string_view version) {
  return text_of({{"name", "glowplug"},
                  {"version", version},
                  {"extensions",
                   {"classification", "model_repository", "model_repository(unload_dependents)",
                    "model_configuration", "binary_tensor_data", "parameters", "statistics"}}});
}

std::string write_model_names(std::span<const std::string> names) {
  OrderedJson list = OrderedJson::array();
  for (const std::string& name : names) list.push_back(name);
  return text_of({{"models", std::move(list)}});
}

std::string write_model_metadata(const ModelDescription& model) {
  OrderedJson versions = OrderedJson::array();
  for (const std::string& version : model.versions) versions.push_back(version);
  OrderedJson metadata = {{"name", model.name},
                          {"versions", std::move(versions)},
                          {"platform", platform_of(model.engine)},
                          {"inputs", metadata_of(model.signature.inputs)},
                          {"outputs", metadata_of(model.signature.outputs)}};
  if (model.handler != nullptr)
    metadata["handler"] = {{"inputs", metadata_of(model.handler->inputs)},
                           {"outputs", metadata_of(model.handler->outputs)}};
  return text_of(metadata);
}

std::string write_model_config(const ModelDescription& model) {
  const bool batches = model.signature.max_batch > 0;
  OrderedJson config = {{"name", model.name},
                        {"platform", platform_of(model.engine)},
                        {"backend", model.engine},
                        {"version_policy", {{"latest", {{"num_versions", 1}}}}},
                        {"max_batch_size", model.signature.max_batch},
                        {"input", config_of(model.signature.inputs, batches)},
                        {"output", config_of(model.signature.outputs, batches)}};
  if (batches) config["dynamic_batching"] = {{"max_queue_delay_microseconds", 0}};
  return text_of(config);
}

std::string write_live(bool live) { return text_of({{"live", live}}); }
std::string write_ready(bool ready) { return text_of({{"ready", ready}}); }
std::string write_model_ready(std::string_view name, bool ready) {
  return text_of({{"name", name}, {"ready", ready}});
}
std::string write_error(std::string_view text) { return text_of({{"error", text}}); }

}  // namespace glowplug::front::oip
