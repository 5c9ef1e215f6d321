#include "model/rows.h"

#include <fmt/format.h>

#include <cstring>

namespace glowplug {
namespace {

/// Bytes taken by the next `count` framed elements at the start of `bytes`.
std::size_t framed_size(std::span<const std::byte> bytes, std::size_t count) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t length = 0;
    std::memcpy(&length, bytes.data() + at,
                sizeof length);  // the framing was checked when the tensor came in
    at += sizeof length + length;
  }
  return at;
}

}  // namespace

Result<Tensor> take_rows(const Tensor& tensor, std::int64_t batch_rows, std::int64_t first,
                         std::int64_t rows) {
  if (tensor.shape.empty() || tensor.shape[0] != batch_rows) {
    return Error{Code::internal,
                 fmt::format("the model answered {} rows with a tensor of shape {}", batch_rows,
                             to_string(tensor.shape)),
                 {}};
  }
  Tensor part{tensor.datatype, tensor.shape, {}};
  part.shape[0] = rows;
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(part.shape));
  const std::size_t row_elements = rows == 0 ? 0 : count / static_cast<std::size_t>(rows);
  const std::span<const std::byte> all(tensor.bytes);
  std::span<const std::byte> wanted;
  if (tensor.datatype == Datatype::bytes) {
    const std::size_t start = framed_size(all, row_elements * static_cast<std::size_t>(first));
    wanted = all.subspan(start, framed_size(all.subspan(start), count));
  } else {
    const std::size_t row_bytes = row_elements * element_size(tensor.datatype);
    wanted = all.subspan(row_bytes * static_cast<std::size_t>(first),
                         count * element_size(tensor.datatype));
  }
  part.bytes.assign(wanted.begin(), wanted.end());
  return part;
}

}  // namespace glowplug
