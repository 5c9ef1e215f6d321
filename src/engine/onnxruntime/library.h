#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/onnxruntime/ort_api.h"

namespace glowplug::engine::ort {

/// An object of the library with the function that gives it back. May be null.
template <class T>
using Handle = std::unique_ptr<T, void (*)(T*)>;

/// The opened shared library. It stays in the process for good: unloading a C++ library with
/// thread-local objects is not safe. Immutable; usable from several threads.
class Library {
 public:
  /// Errors: unavailable (no such file, not ONNX Runtime, or older than API version 21).
  [[nodiscard]] static Result<Library> open(const std::filesystem::path& path);

  [[nodiscard]] const Api& api() const { return *api_; }
  [[nodiscard]] std::string_view version() const { return version_; }  ///< "1.28.0"

  /// Success, or the status as an Error with the library's text: not_found, unimplemented,
  /// exhausted, internal, invalid_argument. Releases `status`.
  [[nodiscard]] Result<void> check(Status* status) const;

 private:
  Library(const Api* api, std::string version) : api_(api), version_(std::move(version)) {}
  const Api* api_;
  std::string version_;
};

/// Calls `create(out)` and wraps what it made.
template <class T, class Create>
[[nodiscard]] Result<Handle<T>> make_handle(const Library& library, void (*release)(T*),
                                            Create create) {
  T* made = nullptr;
  GLOWPLUG_TRY(library.check(create(&made)));
  return Handle<T>(made, release);
}

}  // namespace glowplug::engine::ort
