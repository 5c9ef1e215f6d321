#pragma once
#include <optional>
#include <string_view>

#include "base/result.h"
#include "model/tensor.h"

namespace glowplug::handler::text {

/// One vector of many tokens' vectors, as sentence-transformers has them.
enum class PoolingMode {
  cls,         ///< that of the first token
  mean,        ///< sum(mask * hidden) / max(sum(mask), 1e-9)
  max,         ///< largest of each column where the mask is set
  last_token,  ///< that of the last token where the mask is set
};
/// "cls", "mean", "max", "lasttoken".
[[nodiscard]] std::string_view name_of(PoolingMode mode);
[[nodiscard]] std::optional<PoolingMode> pooling_named(std::string_view name);

/// `hidden`: FP32 [rows, tokens, width]; `mask`: INT64 or INT32 [rows, tokens], 0 for padding.
/// Gives FP32 [rows, width]; with `normalize` divided by max(L2 norm, 1e-12). A row without any
/// token is zero, but for cls. Errors: invalid_argument (a datatype or shape that is not so).
[[nodiscard]] Result<Tensor> pool(const TensorView& hidden, const TensorView& mask,
                                  PoolingMode mode, bool normalize);

}  // namespace glowplug::handler::text
