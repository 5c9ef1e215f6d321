#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "handler/image/spec.h"

namespace glowplug::handler::image {

/// Steps of one of TorchServe's default handlers (pytorch/serve, ts/torch_handler):
/// image_classifier (Resize(256), CenterCrop(224), ToTensor, Normalize of ImageNet),
/// image_segmenter (the same without the crop), object_detector (ToTensor alone). Pictures are made
/// RGB, where TorchServe would fail on those that are not. Errors: unimplemented, naming those that
/// are known.
[[nodiscard]] Result<ImageSpec> spec_from_torchserve(std::string_view handler);

/// Labels of index_to_name.json in the order of their indices: {"0": "tench"} or {"0":
/// ["n01440764", "tench"]}, of which the last is taken. Indices without a name are their number as
/// text. Errors: invalid_argument.
[[nodiscard]] Result<std::vector<std::string>> labels_from_index_to_name(const Json& json);

}  // namespace glowplug::handler::image
