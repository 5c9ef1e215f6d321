#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "model/tensor.h"

namespace glowplug::front::oip {

/// The elements of a tensor as values of their C++ type. The bytes need not be aligned.
template <class Element>
class TypedElements {
 public:
  explicit TypedElements(std::span<const std::byte> bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t size() const { return bytes_.size() / sizeof(Element); }
  [[nodiscard]] Element operator[](std::size_t index) const {
    Element element{};
    std::memcpy(&element, bytes_.data() + index * sizeof element, sizeof element);
    return element;
  }

 private:
  std::span<const std::byte> bytes_;
};

/// Calls `visit` with the TypedElements of a numeric tensor. False, without a call, for BOOL,
/// BYTES, FP16 and BF16, which have no numeric C++ type.
template <class Visit>
bool visit_numbers(Datatype datatype, std::span<const std::byte> bytes, Visit&& visit) {
  switch (datatype) {
    case Datatype::uint8:
      return visit(TypedElements<std::uint8_t>(bytes)), true;
    case Datatype::uint16:
      return visit(TypedElements<std::uint16_t>(bytes)), true;
    case Datatype::uint32:
      return visit(TypedElements<std::uint32_t>(bytes)), true;
    case Datatype::uint64:
      return visit(TypedElements<std::uint64_t>(bytes)), true;
    case Datatype::int8:
      return visit(TypedElements<std::int8_t>(bytes)), true;
    case Datatype::int16:
      return visit(TypedElements<std::int16_t>(bytes)), true;
    case Datatype::int32:
      return visit(TypedElements<std::int32_t>(bytes)), true;
    case Datatype::int64:
      return visit(TypedElements<std::int64_t>(bytes)), true;
    case Datatype::fp32:
      return visit(TypedElements<float>(bytes)), true;
    case Datatype::fp64:
      return visit(TypedElements<double>(bytes)), true;
    case Datatype::bool_:
    case Datatype::bytes:
    case Datatype::fp16:
    case Datatype::bf16:
      return false;
  }
  return false;
}

}  // namespace glowplug::front::oip
