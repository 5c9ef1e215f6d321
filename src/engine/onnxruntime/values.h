#pragma once
#include <cstddef>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "engine/onnxruntime/library.h"
#include "engine/onnxruntime/read_signature.h"
#include "model/tensor.h"

namespace glowplug::engine::ort {

/// Makes the engine's values of tensors that belong to others.
class InputValues {
 public:
  /// `library` must outlive the object. Errors: those of the library.
  [[nodiscard]] static Result<InputValues> create(const Library& library);

  /// A value over the bytes of `tensor`, which must stay until the value is released; the library
  /// does not write to them. Copied are only BYTES, which the library keeps as std::string, tensors
  /// that lie less aligned than their elements want, and BOOL bytes other than 0 and 1 (they become
  /// 1).
  [[nodiscard]] Result<Handle<Value>> make(const TensorView& tensor);
  /// Forgets the copies. Values made before must be released by then.
  void clear() { copies_.clear(); }

 private:
  InputValues(const Library& library, Handle<MemoryInfo> memory, Allocator* allocator)
      : library_(&library), memory_(std::move(memory)), allocator_(allocator) {}
  [[nodiscard]] std::span<const std::byte> usable_bytes(const TensorView& tensor);
  [[nodiscard]] Result<Handle<Value>> make_strings(const TensorView& tensor) const;

  const Library* library_;
  Handle<MemoryInfo> memory_;
  Allocator* allocator_;  // the library's
  std::vector<std::vector<std::byte>> copies_;
};

/// Copies values that a run gave into a sink.
class OutputValues {
 public:
  explicit OutputValues(const Library& library) : library_(&library) {}
  /// Errors: those of the sink and of the library.
  [[nodiscard]] Result<void> copy(std::size_t index, Value& value, OutputSink& sink);

 private:
  [[nodiscard]] Result<void> copy_strings(std::size_t index, const Value& value, OutputSink& sink);

  const Library* library_;
  ValueShape shape_;                  // kept for its memory, like the next two
  std::vector<char> text_;            // all elements of a string tensor, one after the other
  std::vector<std::size_t> offsets_;  // where each starts
};

}  // namespace glowplug::engine::ort
