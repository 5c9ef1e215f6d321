#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glowplug {

/// Datatypes of the Open Inference Protocol (BF16 as in Triton). The numbers cross process
/// boundaries: only append.
enum class Datatype : std::uint8_t {
  bool_,
  uint8,
  uint16,
  uint32,
  uint64,
  int8,
  int16,
  int32,
  int64,
  fp16,
  fp32,
  fp64,
  bytes,
  bf16
};
inline constexpr std::size_t kDatatypeCount = 14;

/// "FP32", "BYTES" …
[[nodiscard]] std::string_view name_of(Datatype datatype);
[[nodiscard]] std::optional<Datatype> datatype_named(std::string_view oip_name);
/// Bytes of one element; 0 for BYTES, whose elements vary.
[[nodiscard]] std::size_t element_size(Datatype datatype);

using Shape = std::vector<std::int64_t>;

/// "[-1,4]".
[[nodiscard]] std::string to_string(std::span<const std::int64_t> shape);
/// Product of the dimensions, 1 for a scalar. Errors: invalid_argument (a negative dimension, or
/// more than 2^48 elements).
[[nodiscard]] Result<std::size_t> element_count(std::span<const std::int64_t> shape);

/// A tensor whose bytes and shape belong to someone else.
/// Row-major, little-endian. BYTES: each element is a 4-byte little-endian length and then its
/// bytes (as in the binary tensor data extension), in the wire and in memory alike.
struct TensorView {
  Datatype datatype = Datatype::fp32;
  std::span<const std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// A tensor that owns its bytes.
struct Tensor {
  Datatype datatype = Datatype::fp32;
  Shape shape;
  std::vector<std::byte> bytes;
  [[nodiscard]] TensorView view() const { return {datatype, shape, bytes}; }
};

/// Appends one BYTES element in its framing. `element` is at most 4 GiB - 1.
void append_bytes_element(std::vector<std::byte>& to, std::string_view element);
/// The elements of a BYTES tensor as views into `bytes`. Errors: invalid_argument unless `bytes` is
/// exactly `count` framed elements.
[[nodiscard]] Result<std::vector<std::string_view>> bytes_elements(std::span<const std::byte> bytes,
                                                                   std::size_t count);
/// Errors: invalid_argument unless the number of bytes (for BYTES: the framing) fits datatype and
/// shape.
[[nodiscard]] Result<void> check_tensor(const TensorView& tensor);

}  // namespace glowplug
