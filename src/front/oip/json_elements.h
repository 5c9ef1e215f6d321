#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/tensor.h"

namespace glowplug::front::oip {

/// Reads the JSON array at the front of `text` as the bytes of a tensor; what follows the array is
/// not looked at. Arrays inside it, at most `max_depth` deep, only order the elements: the shape is
/// the caller's. `text` must have been found to be UTF-8 before.
///
/// Errors: invalid_argument: an element of another kind or beyond the range of `datatype` (with its
/// index, its text and what was expected), a number of elements other than `count`, broken JSON, or
/// a datatype without a JSON form (FP16, BF16).
[[nodiscard]] Result<std::vector<std::byte>> read_json_elements(std::string_view text,
                                                                Datatype datatype,
                                                                std::size_t count,
                                                                std::size_t max_depth);

}  // namespace glowplug::front::oip
