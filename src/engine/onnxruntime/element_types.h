#pragma once
#include <optional>
#include <string_view>

#include "engine/onnxruntime/ort_api.h"
#include "model/tensor.h"

namespace glowplug::engine::ort {

[[nodiscard]] ElementType element_type_of(Datatype datatype);
/// nullopt: a type that the protocol does not have (complex, 8-bit and 4-bit floats and integers).
[[nodiscard]] std::optional<Datatype> datatype_of(ElementType type);
/// "sequence", "map" …, for error texts.
[[nodiscard]] std::string_view name_of(ValueType type);

}  // namespace glowplug::engine::ort
