#include <cstdint>
#include <cstring>

#include "engine/onnxruntime/values.h"

namespace glowplug::engine::ort {
namespace {

/// Writes one element in the framing of BYTES; returns what is left of `to`.
std::span<std::byte> put_element(std::span<std::byte> to, std::span<const char> element) {
  const auto length = static_cast<std::uint32_t>(element.size());
  std::memcpy(to.data(), &length, sizeof length);
  if (!element.empty()) std::memcpy(to.data() + sizeof length, element.data(), element.size());
  return to.subspan(sizeof length + element.size());
}

}  // namespace

Result<void> OutputValues::copy(std::size_t index, Value& value, OutputSink& sink) {
  GLOWPLUG_TRY(read_value_shape(*library_, value, shape_));
  if (shape_.datatype == Datatype::bytes) return copy_strings(index, value, sink);
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(shape_.shape));
  const std::size_t size = count * element_size(shape_.datatype);
  GLOWPLUG_ASSIGN(const std::span<std::byte> room,
                  sink.output(index, shape_.datatype, shape_.shape, size));
  if (size == 0) return {};
  void* data = nullptr;
  GLOWPLUG_TRY(library_->check(library_->api().get_tensor_mutable_data(&value, &data)));
  std::memcpy(room.data(), data, size);
  return {};
}

Result<void> OutputValues::copy_strings(std::size_t index, const Value& value, OutputSink& sink) {
  const Api& api = library_->api();
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(shape_.shape));
  std::size_t text_size = 0;
  GLOWPLUG_TRY(library_->check(api.get_string_tensor_data_length(&value, &text_size)));
  text_.resize(text_size);
  offsets_.resize(count);
  if (count > 0)
    GLOWPLUG_TRY(library_->check(
        api.get_string_tensor_content(&value, text_.data(), text_size, offsets_.data(), count)));
  offsets_.push_back(text_size);
  GLOWPLUG_ASSIGN(
      std::span<std::byte> room,
      sink.output(index, Datatype::bytes, shape_.shape, text_size + count * sizeof(std::uint32_t)));
  const std::span<const char> text(text_);
  for (std::size_t i = 0; i < count; ++i)
    room = put_element(room, text.subspan(offsets_[i], offsets_[i + 1] - offsets_[i]));
  return {};
}

}  // namespace glowplug::engine::ort
