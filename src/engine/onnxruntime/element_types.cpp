#include "engine/onnxruntime/element_types.h"

#include <array>
#include <cstddef>

namespace glowplug::engine::ort {
namespace {

// In the order of Datatype.
constexpr std::array<ElementType, kDatatypeCount> kTypes = {
    ElementType::bool_,  ElementType::uint8,   ElementType::uint16, ElementType::uint32,
    ElementType::uint64, ElementType::int8,    ElementType::int16,  ElementType::int32,
    ElementType::int64,  ElementType::float16, ElementType::float_, ElementType::double_,
    ElementType::string, ElementType::bfloat16};
constexpr std::array<std::string_view, 7> kValueTypes = {
    "unknown", "tensor", "sequence", "map", "opaque", "sparse tensor", "optional"};

}  // namespace

ElementType element_type_of(Datatype datatype) {
  return kTypes.at(static_cast<std::size_t>(datatype));
}

std::optional<Datatype> datatype_of(ElementType type) {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes.at(i) == type) return static_cast<Datatype>(i);
  }
  return std::nullopt;
}

std::string_view name_of(ValueType type) {
  const auto index = static_cast<std::size_t>(type);
  return index < kValueTypes.size() ? kValueTypes.at(index) : "unknown";
}

}  // namespace glowplug::engine::ort
