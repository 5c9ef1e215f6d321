#pragma once
#include <memory>
#include <string_view>

#include "base/result.h"
#include "engine/engine.h"
#include "engine/native/session.h"

/// The native engine: runs plans (plan_format.h), which optimize/native compiles from ONNX at
/// export. No library, no parsing, no threads; a plan is mapped and used in place.
namespace glowplug::engine::native {

inline constexpr std::string_view kEngineName = "native";
/// Of the plan's format, for people and for records.
inline constexpr std::string_view kEngineVersion = "plan-1";
/// What stands for the engine's library in a prepared form's target: sha256 of "glowplug native
/// plan-1". A form of another version is passed over, and the log says why.
inline constexpr std::string_view kEngineSha256 =
    "3d8f6cef39d78c18375260926dee897ac9fdab67945072602ade1c79d268edd3";
/// CPU level of plans in a prepared form's target: they hold nothing that depends on the CPU.
inline constexpr std::string_view kAnyCpu = "any";
inline constexpr std::string_view kPlanFile = "model.plan";

/// Opens plans with the kernels of this CPU. `prepare` is unimplemented: a plan is compiled by
/// optimize/native, which knows ONNX.
[[nodiscard]] std::unique_ptr<engine::Engine> open_native();

}  // namespace glowplug::engine::native
