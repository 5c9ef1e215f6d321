#pragma once
#include "base/json.h"
#include "base/result.h"
#include "handler/image/spec.h"

namespace glowplug::handler::image {

/// The spec of Hugging Face's preprocessor_config.json. `image_processor_type` (or the older
/// `feature_extractor_type`) names the class, whose defaults stand for keys that are absent
/// (huggingface/transformers, models/*/image_processing_*.py); without a class every step has to be
/// written out. A class whose name ends in "Fast" computes on tensors (mode torchvision_tensor),
/// the others with Pillow (mode pil). Keys: do_resize, size (a number, or shortest_edge,
/// longest_edge, height and width), resample, crop_pct, do_center_crop, crop_size, do_rescale,
/// rescale_factor, do_normalize, image_mean, image_std, do_pad, pad_size, do_convert_rgb,
/// do_flip_channel_order, include_top; those that do not change pixels are passed over. Pictures
/// are made RGB whatever do_convert_rgb says: without it the class would fail. Errors:
/// invalid_argument (not such a file, a value that cannot be), unimplemented (a class or an option
/// that we do not have, by name).
[[nodiscard]] Result<ImageSpec> spec_from_preprocessor_config(const Json& config);

}  // namespace glowplug::handler::image
