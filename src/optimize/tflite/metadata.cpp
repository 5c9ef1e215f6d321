#include "optimize/tflite/metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/utf8.h"
#include "metadata_generated.h"
#include "optimize/tflite/appended_zip.h"

namespace glowplug::optimize::tflite {
namespace {

constexpr const char* kModelIdentifier = "TFL3";
constexpr const char* kMetadataIdentifier = "M001";
constexpr std::string_view kEntry = "TFLITE_METADATA";
constexpr std::size_t kHeadBytes = 8;  // offset of the root table, identifier

std::string text_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string() : text->str();
}

/// The elements that are there: a vector may be absent.
template <class Item>
std::vector<const Item*> each(const flatbuffers::Vector<flatbuffers::Offset<Item>>* items) {
  std::vector<const Item*> all;
  if (items == nullptr) return all;
  for (const Item* item : *items)
    if (item != nullptr) all.push_back(item);
  return all;
}

bool has_identifier(std::span<const std::byte> bytes, const char* identifier) {
  return bytes.size() >= kHeadBytes && flatbuffers::BufferHasIdentifier(bytes.data(), identifier);
}

flatbuffers::Verifier verifier_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

/// The bytes of the model's entry; empty where it has none.
Result<std::span<const std::byte>> entry_in(std::span<const std::byte> file) {
  if (!is_model(file)) return invalid_argument("it is no TensorFlow Lite model");
  auto verifier = verifier_of(file);
  if (!verifier.VerifyBuffer<format::Model>(kModelIdentifier))
    return invalid_argument("it is a broken TensorFlow Lite model");
  const auto* const model = flatbuffers::GetRoot<format::Model>(file.data());
  const auto buffers = each(model->buffers());
  for (const format::Metadata* entry : each(model->metadata())) {
    if (text_of(entry->name()) != kEntry) continue;
    if (entry->buffer() >= buffers.size() || buffers[entry->buffer()]->data() == nullptr)
      return invalid_argument("its metadata name a buffer that is not there");
    const auto* const data = buffers[entry->buffer()]->data();
    return std::as_bytes(std::span(data->data(), data->size()));
  }
  return std::span<const std::byte>();
}

std::vector<double> numbers_of(const flatbuffers::Vector<float>* values) {
  std::vector<double> numbers;
  if (values == nullptr) return numbers;
  for (const float value : *values) numbers.push_back(value);
  return numbers;
}

std::optional<PictureInput> picture_in(const format::TensorMetadata& input) {
  const auto* const content = input.content();
  const auto* const image = content == nullptr ? nullptr : content->properties_as_ImageProperties();
  if (image == nullptr) return std::nullopt;
  PictureInput picture;
  if (image->color_space() == format::ColorSpace::rgb) picture.gray = false;
  if (image->color_space() == format::ColorSpace::grayscale) picture.gray = true;
  constexpr std::uint32_t kLargestSide = 1U << 20;
  if (const auto* const size = image->default_size()) {
    picture.width = static_cast<int>(std::min(size->width(), kLargestSide));
    picture.height = static_cast<int>(std::min(size->height(), kLargestSide));
  }
  for (const format::ProcessUnit* unit : each(input.process_units())) {
    const auto* const options = unit->options_as_NormalizationOptions();
    if (options == nullptr) continue;
    picture.mean = numbers_of(options->mean());
    picture.std = numbers_of(options->std());
  }
  return picture;
}

/// The label file without a language, else the first one.
std::string label_file_of(const format::TensorMetadata& output) {
  std::string first;
  for (const format::AssociatedFile* file : each(output.associated_files())) {
    if (file->type() != format::AssociatedFileType::axis_labels &&
        file->type() != format::AssociatedFileType::value_labels)
      continue;
    const std::string name = text_of(file->name());
    if (text_of(file->locale()).empty()) return name;
    if (first.empty()) first = name;
  }
  return first;
}

Result<std::vector<std::string>> lines_of(std::string_view text, const std::string& name) {
  if (!is_utf8(text)) return invalid_argument(fmt::format("{} is not UTF-8", name));
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    if (lines.size() > kMostLabels)
      return Error{
          Code::too_large, fmt::format("{} has more than {} lines", name, kMostLabels), {}};
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

void read_threshold(const format::TensorMetadata& output, Metadata& metadata) {
  for (const format::ProcessUnit* unit : each(output.process_units())) {
    const auto* const options = unit->options_as_ScoreThresholdingOptions();
    if (options != nullptr && std::isfinite(options->global_score_threshold()))
      metadata.threshold = options->global_score_threshold();
  }
}

Result<void> read_outputs(const format::SubGraphMetadata& graph, std::span<const std::byte> file,
                          Metadata& metadata) {
  for (const format::TensorMetadata* output : each(graph.outputs())) {
    const std::string name = label_file_of(*output);
    if (name.empty()) continue;
    GLOWPLUG_ASSIGN(const std::string text, file_in_zip(file, name, kLargestLabelFile));
    GLOWPLUG_ASSIGN(metadata.labels, lines_of(text, name));
    read_threshold(*output, metadata);
    return {};
  }
  return {};
}

}  // namespace

bool is_model(std::span<const std::byte> file) { return has_identifier(file, kModelIdentifier); }

Result<std::optional<Metadata>> read_metadata(std::span<const std::byte> file) {
  GLOWPLUG_ASSIGN(const std::span<const std::byte> entry, entry_in(file));
  if (entry.empty()) return std::optional<Metadata>();
  // Inside the model it may stand at any address; its own numbers are aligned from its begin.
  const std::vector<std::byte> aligned(entry.begin(), entry.end());
  auto verifier = verifier_of(aligned);
  if (!has_identifier(aligned, kMetadataIdentifier) ||
      !verifier.VerifyBuffer<format::ModelMetadata>(kMetadataIdentifier))
    return invalid_argument("its metadata are broken, or of a format that is not known");
  const auto* const model = flatbuffers::GetRoot<format::ModelMetadata>(aligned.data());
  Metadata metadata;
  metadata.name = text_of(model->name());
  const auto graphs = each(model->subgraphs());
  if (graphs.empty()) return std::optional(std::move(metadata));
  if (const auto inputs = each(graphs[0]->inputs()); !inputs.empty())
    metadata.picture = picture_in(*inputs[0]);
  GLOWPLUG_TRY(read_outputs(*graphs[0], file, metadata));
  return std::optional(std::move(metadata));
}

}  // namespace glowplug::optimize::tflite
