#include "engine/onnxruntime/prepared_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "engine/onnxruntime/element_types.h"
#include "engine/onnxruntime/session_options.h"
#include "model/onnx/onnx_model.h"

namespace glowplug::engine::ort {
namespace {

using onnx::TensorProto;

std::size_t number(const TensorProto& tensor, std::string_view key) {
  const auto found = tensor.external_data.find(key);
  std::size_t value = 0;
  if (found == tensor.external_data.end()) return 0;
  const std::string_view text = found->second;
  (void)std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Numbers of a known datatype in the weights file; what else there is the library reads itself.
bool is_ours(const TensorProto& tensor) {
  if (!tensor.external || tensor.type == onnx::ElementType::string) return false;
  const auto location = tensor.external_data.find("location");
  return location != tensor.external_data.end() && location->second == kPreparedWeights &&
         datatype_of(static_cast<ElementType>(tensor.type)).has_value();
}

/// Where its values lie.
Result<std::span<const std::byte>> values_of(const TensorProto& tensor,
                                             std::span<const std::byte> file) {
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(tensor.dims));
  const std::size_t size =
      count * element_size(*datatype_of(static_cast<ElementType>(tensor.type)));
  const std::size_t offset = number(tensor, "offset");
  if (number(tensor, "length") != size || offset > file.size() || size > file.size() - offset)
    return Error{Code::invalid_argument,
                 fmt::format("initializer \"{}\": {} bytes at {} are not in {} of {} bytes",
                             tensor.name, size, offset, kPreparedWeights, file.size()),
                 {}};
  return file.subspan(offset, size);
}

}  // namespace

Result<std::unique_ptr<PreparedWeights>> PreparedWeights::open(const Library& library,
                                                               const std::filesystem::path& model) {
  GLOWPLUG_ASSIGN(const onnx::ModelFile file, onnx::ModelFile::open(model));
  const auto& tensors = file.model().graph.initializers;
  if (std::ranges::none_of(tensors, is_ours)) return std::unique_ptr<PreparedWeights>();
  GLOWPLUG_ASSIGN(WeightPages pages, WeightPages::map(model.parent_path() / kPreparedWeights));
  std::unique_ptr<PreparedWeights> made(new PreparedWeights(std::move(pages)));
  const Api& api = library.api();
  GLOWPLUG_ASSIGN(const Handle<MemoryInfo> memory,
                  make_handle<MemoryInfo>(library, api.release_memory_info, [&](MemoryInfo** out) {
                    return api.create_cpu_memory_info(kDeviceAllocator, kMemTypeDefault, out);
                  }));
  for (const TensorProto& tensor : tensors) {
    if (!is_ours(tensor)) continue;
    GLOWPLUG_ASSIGN(const auto bytes, values_of(tensor, made->pages_.bytes()));
    GLOWPLUG_ASSIGN(
        Handle<Value> value, make_handle<Value>(library, api.release_value, [&](Value** out) {
          // Mutable in the interface; the library never writes to initializers.
          return api.create_tensor_with_data(memory.get(), const_cast<std::byte*>(bytes.data()),
                                             bytes.size(), tensor.dims.data(), tensor.dims.size(),
                                             static_cast<ElementType>(tensor.type), out);
        }));
    made->initializers_.push_back({std::string(tensor.name), std::move(value)});
  }
  return made;
}

Result<void> PreparedWeights::add_to(const Library& library, SessionOptions& options) const {
  for (const Initializer& one : initializers_)
    GLOWPLUG_TRY(
        library.check(library.api().add_initializer(&options, one.name.c_str(), one.value.get())));
  return {};
}

}  // namespace glowplug::engine::ort
