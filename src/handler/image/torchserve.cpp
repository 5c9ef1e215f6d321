#include "handler/image/torchserve.h"

#include <fmt/format.h>

#include <charconv>
#include <map>

namespace glowplug::handler::image {
namespace {

constexpr std::size_t kMaxLabels = 1'000'000;

Result<std::size_t> index_of(const std::string& key) {
  std::size_t index = 0;
  const char* end = key.data() + key.size();
  const auto [stop, failure] = std::from_chars(key.data(), end, index);
  if (failure != std::errc() || stop != end || index >= kMaxLabels)
    return invalid_argument(
        fmt::format("index_to_name.json: key \"{}\" is no index below {}", key, kMaxLabels));
  return index;
}

Result<std::string> name_of_label(const std::string& key, const Json& value) {
  const Json& name = value.is_array() && !value.empty() ? value.back() : value;
  if (!name.is_string())
    return invalid_argument(
        fmt::format("index_to_name.json: \"{}\" must be a name or a list that ends with one", key));
  return name.get<std::string>();
}

}  // namespace

Result<ImageSpec> spec_from_torchserve(std::string_view handler) {
  ImageSpec spec = default_spec(Mode::torchvision);
  if (handler == "object_detector") return spec;
  if (handler != "image_classifier" && handler != "image_segmenter") {
    return Error{Code::unimplemented,
                 fmt::format("TorchServe's handler {} is not supported; image_classifier, "
                             "image_segmenter and object_detector are",
                             handler),
                 {}};
  }
  spec.resize = Resize{};
  spec.resize->shortest_edge = 256;
  if (handler == "image_classifier") spec.crop = Crop{224, 224, true};
  spec.mean = {0.485, 0.456, 0.406};
  spec.std = {0.229, 0.224, 0.225};
  return spec;
}

Result<std::vector<std::string>> labels_from_index_to_name(const Json& json) {
  if (!json.is_object()) return invalid_argument("index_to_name.json must be an object");
  std::map<std::size_t, std::string> names;
  for (const auto& [key, value] : json.items()) {
    GLOWPLUG_ASSIGN(const std::size_t index, index_of(key));
    GLOWPLUG_ASSIGN(names[index], name_of_label(key, value));
  }
  std::vector<std::string> labels;
  for (const auto& [index, name] : names) {
    while (labels.size() < index) labels.push_back(std::to_string(labels.size()));
    labels.push_back(name);
  }
  return labels;
}

}  // namespace glowplug::handler::image
