#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/native/plan_format.h"
#include "model/onnx/onnx_model.h"

namespace glowplug::optimize::native {

using engine::native::Element;

/// A tensor that a plan holds.
struct Constant {
  Element element = Element::float32;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;    ///< of all but texts
  std::vector<std::string> texts;  ///< of Element::text

  template <class T>
  [[nodiscard]] std::vector<T> values() const {
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
    return values;
  }
};

template <class T>
[[nodiscard]] Constant constant_of(Element element, std::vector<std::int64_t> shape,
                                   std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  return {element, std::move(shape), {bytes.begin(), bytes.end()}, {}};
}
/// A list.
[[nodiscard]] Constant floats(std::span<const float> values);
[[nodiscard]] Constant integers(std::span<const std::int64_t> values);
[[nodiscard]] Constant texts(std::vector<std::string> values);

/// Element of an ONNX type. Errors: unimplemented, naming it.
[[nodiscard]] Result<Element> element_of(onnx::ElementType type);

/// Values of an initializer, or of a tensor in an attribute. Errors: unimplemented (another element
/// type; values in another file), invalid_argument (values and dimensions disagree).
[[nodiscard]] Result<Constant> constant_from(const onnx::TensorProto& tensor);

}  // namespace glowplug::optimize::native
