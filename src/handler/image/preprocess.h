#pragma once
#include <cstddef>
#include <span>

#include "base/result.h"
#include "handler/image/decode.h"
#include "handler/image/image.h"
#include "handler/image/spec.h"
#include "model/tensor.h"
#include "model/trace.h"

namespace glowplug::handler::image {

/// Shape of what preprocess() makes of this picture. Errors: as preprocess().
[[nodiscard]] Result<Shape> preprocessed_shape(const Image& image, const ImageSpec& spec);

/// One row, [1,C,H,W] or [1,H,W,C], as the spec says; the spec is one that check_spec() passed.
/// Takes the picture, so that steps that change nothing cost nothing. `trace` may be null.
/// May be called from several threads at once (with a trace each).
/// Errors: invalid_argument (the picture is larger than pad), too_large (an absurd size comes out),
/// exhausted (no memory).
[[nodiscard]] Result<Tensor> preprocess(Image image, const ImageSpec& spec, Trace* trace = nullptr);

/// The same into memory that is there: a row of a batch. Errors also: invalid_argument, if `row`
/// has not exactly the bytes of preprocessed_shape().
[[nodiscard]] Result<void> preprocess_into(Image image, const ImageSpec& spec,
                                           std::span<std::byte> row, Trace* trace = nullptr);

/// decode() by the spec's rules, as a stage of the trace.
[[nodiscard]] Result<Image> decode_for(std::span<const std::byte> file, const ImageSpec& spec,
                                       const DecodeLimits& limits = {}, Trace* trace = nullptr);

}  // namespace glowplug::handler::image
