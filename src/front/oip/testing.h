#pragma once
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "front/oip/infer_reader.h"
#include "front/oip/infer_writer.h"
#include "model/signature.h"

/// What the tests of this folder share.
namespace glowplug::front::oip::testing {

inline std::unique_ptr<std::string> body_of(std::string_view text) {
  return std::make_unique<std::string>(text);
}

/// features FP32[-1,4] -> label INT64[-1], scores FP32[-1,3], in batches of 8.
inline Signature iris_signature() {
  Signature signature;
  signature.inputs = {{"features", Datatype::fp32, {-1, 4}, false, {}}};
  signature.outputs = {{"label", Datatype::int64, {-1}, false, {}},
                       {"scores", Datatype::fp32, {-1, 3}, false, {"setosa", "versicolor", ""}}};
  signature.max_batch = 8;
  return signature;
}

/// One input "x" and one output "y" of this kind.
inline Signature plain_signature(Datatype datatype, Shape shape) {
  Signature signature;
  signature.inputs = {{"x", datatype, shape, false, {}}};
  signature.outputs = {{"y", datatype, std::move(shape), false, {}}};
  return signature;
}

template <class Element>
std::vector<std::byte> bytes_of(const std::vector<Element>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(Element));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

inline std::vector<std::byte> bytes_of_strings(const std::vector<std::string>& values) {
  std::vector<std::byte> bytes;
  for (const std::string& value : values) append_bytes_element(bytes, value);
  return bytes;
}

template <class Element>
std::vector<Element> values_of(std::span<const std::byte> bytes) {
  std::vector<Element> values(bytes.size() / sizeof(Element));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// Body and pieces as they go over the wire.
inline std::string joined(const InferAnswer& answer) {
  std::string all = answer.body;
  for (const BodyPiece& piece : answer.pieces) all += piece.bytes;
  return all;
}

inline std::string header_of(const InferAnswer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return "";
}

}  // namespace glowplug::front::oip::testing
