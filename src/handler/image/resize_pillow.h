#pragma once
#include "base/result.h"
#include "handler/image/filter.h"
#include "handler/image/image.h"

namespace glowplug::handler::image {

/// `image.resize((width, height), filter)` of Pillow up to 12, bit for bit (libImaging/Resample.c,
/// for nearest Geometry.c), for 1 to 4 channels; pictures with alpha are premultiplied before and
/// divided after, as Pillow does it. Of memory it takes the result and a few rows.
/// Pillow 13 narrows some shapes only after it has made them lower (most pictures more than twice
/// as high as wide), which changes some values of those by a few levels. `filter` is not area; the
/// sizes are at least 1. Errors: exhausted.
[[nodiscard]] Result<Image> resize_pillow(const Image& image, int width, int height, Filter filter);

/// A part of that, which costs only what is needed for it: `columns` and `rows` lie in the resized
/// picture.
[[nodiscard]] Result<Image> resize_pillow(const Image& image, int width, int height, Filter filter,
                                          Range columns, Range rows);

}  // namespace glowplug::handler::image
