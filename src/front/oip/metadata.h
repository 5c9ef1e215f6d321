#pragma once
#include <span>
#include <string>
#include <string_view>

#include "model/signature.h"

namespace glowplug::front::oip {

/// One model as it is described to clients.
struct ModelDescription {
  std::string_view name;
  std::span<const std::string> versions;  ///< that are served
  std::string_view engine;                ///< "onnxruntime"
  const Signature& signature;
  const Signature* handler = nullptr;  ///< what its handler takes and gives instead; may be null
};

/// GET /v2. The extensions are those that are served, no others.
[[nodiscard]] std::string write_server_metadata(std::string_view version);
/// GET /v2/models: {"models":[name, …]} as KServe has it.
[[nodiscard]] std::string write_model_names(std::span<const std::string> names);
/// GET /v2/models/{m}. Shapes as the model has them, -1 for a free dimension. Beyond the protocol,
/// "handler": {"inputs", "outputs"}: what else POST /infer takes, and gives for it.
[[nodiscard]] std::string write_model_metadata(const ModelDescription& model);
/// GET /v2/models/{m}/config: Triton's ModelConfig as JSON, with `dims` without the batch dimension
/// where max_batch_size > 0, as there.
[[nodiscard]] std::string write_model_config(const ModelDescription& model);

/// GET /v2/health/live: {"live":true}. The status decides, the body is for people.
[[nodiscard]] std::string write_live(bool live);
/// GET /v2/health/ready: {"ready":true}.
[[nodiscard]] std::string write_ready(bool ready);
/// GET /v2/models/{m}/ready: {"name":"m","ready":true}.
[[nodiscard]] std::string write_model_ready(std::string_view name, bool ready);

/// {"error":"text"}, the form of every error on these paths: clients read nothing else.
[[nodiscard]] std::string write_error(std::string_view text);

}  // namespace glowplug::front::oip
