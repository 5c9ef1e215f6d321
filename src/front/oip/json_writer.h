#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/tensor.h"

namespace glowplug::front::oip {

/// Appends `text`, which must be UTF-8, as a JSON string with its quotes.
void append_json_string(std::string& to, std::string_view text);

/// Appends the elements of a tensor whose bytes fit its shape as one flat JSON array: numbers in
/// the shortest form that reads back the same, floats always with a point, an exponent or as one of
/// NaN, Infinity and -Infinity. Errors: invalid_argument (FP16 and BF16; BYTES that are not UTF-8).
[[nodiscard]] Result<void> append_json_elements(std::string& to, const TensorView& tensor);

}  // namespace glowplug::front::oip
