#pragma once
#include <compare>
#include <cstddef>
#include <map>
#include <string>

#include "model/onnx/onnx_model.h"

namespace glowplug::onnx {

struct OperatorName {
  std::string domain;  ///< "ai.onnx" for the default one
  std::string type;
  auto operator<=>(const OperatorName&) const = default;
};

/// How often each operator occurs, subgraphs and functions included.
[[nodiscard]] std::map<OperatorName, std::size_t> operators_of(const Model& model);

}  // namespace glowplug::onnx
