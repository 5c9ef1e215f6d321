#pragma once
#include <cstddef>
#include <memory>

#include "base/mutex.h"
#include "engine/onnxruntime/heap.h"
#include "engine/onnxruntime/library.h"

namespace glowplug::engine::ort {

/// The memory of an environment's sessions instead of the library's own arenas and malloc, in two
/// heaps: one for what a session keeps (initializers, packed weights), one for what a run needs and
/// gives back (activations). The first is shared by all children of a template, for good; the
/// second is given back before they are forked, and each child gets huge pages of its own at its
/// first run.
///
/// Measured on ONNX Runtime 1.28.0, prepared forms, one row, first run in a forked child, least of
/// 25: page faults / CPU ms over a warm run:
///
///     model                        library's arenas       this memory
///     4-layer perceptron               90 / 0.2             86 / 0.2
///     MobileNetV2, 14 MB             1971 / 6.2            294 / 1.8
///     MiniLM-L6, 90 MB               1442 / 7.5            278 / 1.3
///
/// Opening them takes 1870 -> 612 and 11,400 -> 960 faults. Usable from several threads.
class SessionMemory {
 public:
  /// Registers with the environment; nullptr if another engine of this process has done so, whose
  /// environment the library shares: then sessions of this one use the library's memory. `library`
  /// and `env` must outlive the object, which must outlive their sessions. Errors: exhausted,
  /// those of the library.
  [[nodiscard]] static Result<std::unique_ptr<SessionMemory>> create(const Library& library,
                                                                     Env& env);
  SessionMemory(const SessionMemory&) = delete;
  SessionMemory& operator=(const SessionMemory&) = delete;
  ~SessionMemory();

  /// Gives the memory of past runs back, before forking.
  void renew();
  /// After `renew`: has the huge pages of a run's activations ready for the next child, if they are
  /// at most `most_bytes`; `renew` after the fork leaves them to it.
  void fetch(std::size_t most_bytes);
  /// In the child: what `fetch` left out, by one call.
  void fetch_small();

 private:
  SessionMemory(const Library& library, Env& env, Handle<MemoryInfo> info, PageRange lasting,
                PageRange passing);
  struct Interface;  // what the library calls
  enum class Use { lasting, passing };
  [[nodiscard]] void* allocate(Use use, std::size_t bytes) EXCLUDES(mutex_);
  void release(void* block) EXCLUDES(mutex_);

  const Library& library_;
  Env& env_;
  Handle<MemoryInfo> info_;
  std::unique_ptr<Interface> interface_;
  bool registered_ = false;
  Mutex mutex_;
  Heap lasting_ GUARDED_BY(mutex_);
  Heap passing_ GUARDED_BY(mutex_);
};

}  // namespace glowplug::engine::ort
