#include <algorithm>
#include <cstdint>
#include <cstring>

#include "engine/onnxruntime/element_types.h"
#include "engine/onnxruntime/values.h"

namespace glowplug::engine::ort {
namespace {

bool aligned(const TensorView& tensor) {
  return reinterpret_cast<std::uintptr_t>(tensor.bytes.data()) % element_size(tensor.datatype) == 0;
}

/// A C++ bool that is neither 0 nor 1 is undefined behavior inside the library.
bool valid_bools(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b <= std::byte{1}; });
}

void normalize_bools(std::span<std::byte> bytes) {
  for (std::byte& byte : bytes) byte = std::min(byte, std::byte{1});
}

}  // namespace

Result<InputValues> InputValues::create(const Library& library) {
  const Api& api = library.api();
  GLOWPLUG_ASSIGN(Handle<MemoryInfo> memory,
                  make_handle<MemoryInfo>(library, api.release_memory_info, [&](MemoryInfo** out) {
                    return api.create_cpu_memory_info(kDeviceAllocator, kMemTypeDefault, out);
                  }));
  Allocator* allocator = nullptr;
  GLOWPLUG_TRY(library.check(api.get_allocator_with_default_options(&allocator)));
  return InputValues(library, std::move(memory), allocator);
}

std::span<const std::byte> InputValues::usable_bytes(const TensorView& tensor) {
  const bool bools_valid = tensor.datatype != Datatype::bool_ || valid_bools(tensor.bytes);
  if (bools_valid && aligned(tensor)) return tensor.bytes;
  std::vector<std::byte>& copy = copies_.emplace_back(tensor.bytes.begin(), tensor.bytes.end());
  if (!bools_valid) normalize_bools(copy);
  return copy;
}

Result<Handle<Value>> InputValues::make(const TensorView& tensor) {
  if (tensor.datatype == Datatype::bytes) return make_strings(tensor);
  static constexpr std::byte kNothing{};  // a tensor without elements still needs an address
  const std::span<const std::byte> bytes = usable_bytes(tensor);
  const std::byte* const data = bytes.empty() ? &kNothing : bytes.data();
  const Api& api = library_->api();
  return make_handle<Value>(*library_, api.release_value, [&](Value** out) {
    // The library takes a mutable pointer but never writes to inputs.
    return api.create_tensor_with_data(memory_.get(), const_cast<std::byte*>(data), bytes.size(),
                                       tensor.shape.data(), tensor.shape.size(),
                                       element_type_of(tensor.datatype), out);
  });
}

Result<Handle<Value>> InputValues::make_strings(const TensorView& tensor) const {
  const Api& api = library_->api();
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(tensor.shape));
  GLOWPLUG_ASSIGN(const auto elements, bytes_elements(tensor.bytes, count));
  GLOWPLUG_ASSIGN(Handle<Value> value,
                  make_handle<Value>(*library_, api.release_value, [&](Value** out) {
                    return api.create_tensor(allocator_, tensor.shape.data(), tensor.shape.size(),
                                             ElementType::string, out);
                  }));
  for (std::size_t i = 0; i < count; ++i) {
    char* buffer = nullptr;
    GLOWPLUG_TRY(library_->check(
        api.get_resized_string_tensor_element_buffer(value.get(), i, elements[i].size(), &buffer)));
    std::memcpy(buffer, elements[i].data(), elements[i].size());
  }
  return value;
}

}  // namespace glowplug::engine::ort
