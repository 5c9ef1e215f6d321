#include "optimize/rows.h"

#include <fmt/format.h>

namespace glowplug::optimize {
namespace {

/// Where the row's bytes begin and end.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

Result<Range> text_range(const Tensor& tensor, std::size_t first, std::size_t count) {
  GLOWPLUG_ASSIGN(const std::size_t all, element_count(tensor.shape));
  GLOWPLUG_ASSIGN(const auto elements, bytes_elements(tensor.bytes, all));
  Range range;
  for (std::size_t i = 0; i < first + count; ++i) {
    if (i == first) range.begin = range.end;
    range.end += sizeof(std::uint32_t) + elements[i].size();
  }
  if (count == 0) range.begin = range.end;
  return range;
}

}  // namespace

Tensor concatenate(std::span<const Tensor> parts) {
  Tensor all = parts.front();
  for (const Tensor& part : parts.subspan(1)) {
    all.shape[0] += part.shape[0];
    all.bytes.insert(all.bytes.end(), part.bytes.begin(), part.bytes.end());
  }
  return all;
}

Inputs concatenate(std::span<const Inputs> runs) {
  Inputs all;
  for (std::size_t i = 0; i < runs.front().size(); ++i) {
    std::vector<Tensor> parts;
    for (const Inputs& run : runs) {
      if (const auto& input = run[i]) parts.push_back(*input);
    }
    all.push_back(parts.empty() ? std::nullopt : std::optional(concatenate(parts)));
  }
  return all;
}

Result<Tensor> row_of(const Tensor& tensor, std::int64_t index) {
  if (tensor.shape.empty() || index < 0 || index >= tensor.shape[0])
    return Error{Code::invalid_argument,
                 fmt::format("a tensor of shape {} has no row {}", to_string(tensor.shape), index),
                 {}};
  Tensor row{tensor.datatype, tensor.shape, {}};
  row.shape[0] = 1;
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(row.shape));
  const std::size_t first = static_cast<std::size_t>(index) * count;
  const std::size_t width = element_size(tensor.datatype);
  Range range{first * width, (first + count) * width};
  if (tensor.datatype == Datatype::bytes) {
    GLOWPLUG_ASSIGN(range, text_range(tensor, first, count));
  }
  row.bytes.assign(tensor.bytes.begin() + static_cast<std::ptrdiff_t>(range.begin),
                   tensor.bytes.begin() + static_cast<std::ptrdiff_t>(range.end));
  return row;
}

}  // namespace glowplug::optimize
