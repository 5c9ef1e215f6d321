#pragma once
#include <optional>

#include "engine/native/plan_format.h"
#include "model/tensor.h"

namespace glowplug::engine::native {

/// Null for datatypes that the native engine does not know.
[[nodiscard]] constexpr std::optional<Element> element_of(Datatype datatype) {
  switch (datatype) {
    case Datatype::fp32:
      return Element::float32;
    case Datatype::fp64:
      return Element::float64;
    case Datatype::int64:
      return Element::int64;
    case Datatype::int32:
      return Element::int32;
    case Datatype::bool_:
      return Element::boolean;
    case Datatype::bytes:
      return Element::text;
    default:
      return std::nullopt;
  }
}

/// Null for raw bytes.
[[nodiscard]] constexpr std::optional<Datatype> datatype_of(Element element) {
  switch (element) {
    case Element::float32:
      return Datatype::fp32;
    case Element::float64:
      return Datatype::fp64;
    case Element::int64:
      return Datatype::int64;
    case Element::int32:
      return Datatype::int32;
    case Element::boolean:
      return Datatype::bool_;
    case Element::text:
      return Datatype::bytes;
    default:
      return std::nullopt;
  }
}

}  // namespace glowplug::engine::native
