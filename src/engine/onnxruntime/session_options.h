#pragma once
#include <filesystem>

#include "base/result.h"
#include "engine/engine.h"
#include "engine/onnxruntime/library.h"

namespace glowplug::engine::ort {

/// Files of a prepared form: an ONNX model optimized at level ALL for this CPU, and its weights of
/// 1 KiB and more, page-aligned, which the library maps and uses where they lie. Opened without the
/// optimizer, but with prepacking.
///
/// Measured on ONNX Runtime 1.28.0, 2 cores with AVX-512, milliseconds to open / of a warm run:
///
///     form                            EfficientNet-Lite0     six 1024 x 1024 products, 64 rows
///     portable                            70 / 10.9                  67 / 12.3
///     this form                           15 / 10.9                  37 / 12.3
///     this form, prepacking off            9 / 11                     5 / 18
///     prepacked weights saved in it       14 / 10.4                  37 / 12.3, twice the size
///     .ort, mapped, prepacking off         6 / 10.5                   4 / 18
///
/// A template opens its form once and forks for each wake, so the warm run decides. Two forms of
/// one model are the same bytes; .ort files are not.
inline constexpr const char* kPreparedModel = "model.onnx";
inline constexpr const char* kPreparedWeights = "model.weights";

/// Where the activations of a run lie.
enum class RunMemory {
  librarys,    ///< in the library's own arenas
  registered,  ///< with the allocator that is registered with the environment (session_memory.h)
  /// Likewise, and asked for one by one, so that our heap places them: the library would ask for
  /// one block for all, laid out by itself with larger holes. For MobileNetV2 6.7 MB, ours 5.9; a
  /// small network's run takes 1 us longer so.
  registered_one_by_one,
};

/// To serve a portable or a prepared model.
[[nodiscard]] Result<Handle<SessionOptions>> serving_options(const Library& library,
                                                             const OpenOptions& options,
                                                             RunMemory memory);
/// To write the prepared form into `folder` while opening a portable model.
[[nodiscard]] Result<Handle<SessionOptions>> preparing_options(const Library& library,
                                                               const std::filesystem::path& folder);

}  // namespace glowplug::engine::ort
