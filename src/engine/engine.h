#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/signature.h"
#include "model/tensor.h"

namespace glowplug::engine {

/// What an adapter can do. The conformance suite runs every case on every adapter: a case passes,
/// or returns `unimplemented` exactly where the capability was not declared.
struct Capabilities {
  std::vector<Datatype> datatypes;
  bool dynamic_shapes = false;   ///< dimensions of -1
  bool zero_sized = false;       ///< dimensions of 0
  bool optional_inputs = false;  ///< inputs with a default that may be left out
  bool several_inputs = false;
  bool output_subset = false;  ///< only some outputs may be asked for
  bool scalars = false;        ///< rank 0
  bool prepared = false;       ///< `prepare`, and `open` of what it wrote
};

struct OpenOptions {
  int threads = 1;
  /// The file is already optimized for exactly this CPU and library: map it, use its weights in
  /// place, optimize nothing.
  bool prepared = false;
  /// What it is served as: told to sessions that run the user's own code.
  std::string function = {};
  std::string version = {};
};

/// Where a session puts its outputs: the reply slot of a ring, or memory of the caller.
class OutputSink {
 public:
  virtual ~OutputSink() = default;
  /// Room for output `index` (in signature order), to be filled before the next call. The sink
  /// copies `shape`. Errors: too_large (the reply has no room); the run then ends with that error.
  [[nodiscard]] virtual Result<std::span<std::byte>> output(std::size_t index, Datatype datatype,
                                                            std::span<const std::int64_t> shape,
                                                            std::size_t size_bytes) = 0;
};

/// Time inside one run.
struct RunReport {
  std::int64_t input_ns = 0;   ///< views to engine values
  std::int64_t run_ns = 0;     ///< the engine's own run
  std::int64_t output_ns = 0;  ///< engine values to sink
};

/// One loaded model. Not for several threads at once; may be used in a forked child if the engine's
/// library starts no threads.
class Session {
 public:
  virtual ~Session() = default;
  [[nodiscard]] virtual const Signature& signature() const = 0;
  /// Runs once. `inputs`: one for each of signature().inputs, nullopt for an optional one left out;
  /// already checked by check_tensor and check_against. `wanted`: output indexes, ascending. Fills
  /// `sink` in that order. Errors: invalid_argument (the model refuses the values, with the
  /// library's text), exhausted (out of memory), internal, those of the sink.
  [[nodiscard]] virtual Result<RunReport> run(std::span<const std::optional<TensorView>> inputs,
                                              std::span<const std::size_t> wanted,
                                              OutputSink& sink) = 0;
  /// JSON object that the user's own code says of itself (glowplug/handler_abi.h); empty: a model.
  [[nodiscard]] virtual std::string description() const { return {}; }
  /// Once in a forked child, before its first run. `scratch`: the folder that the user's own code
  /// may write to, emptied after each run; empty: none.
  virtual void enter_instance(const std::filesystem::path& /*scratch*/) {}
};

/// One inference library, opened. Sessions must not outlive it.
class Engine {
 public:
  virtual ~Engine() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;     ///< "onnxruntime"
  [[nodiscard]] virtual std::string_view version() const = 0;  ///< of the library, "1.28.0"
  [[nodiscard]] virtual const Capabilities& capabilities() const = 0;
  /// Loads a model. Errors: not_found, invalid_argument (not a model, with the library's text),
  /// unimplemented (uses what is not declared).
  [[nodiscard]] virtual Result<std::unique_ptr<Session>> open(const std::filesystem::path& model,
                                                              const OpenOptions& options) = 0;
  /// Call when the sessions are open and have run once, before the process is forked for the first
  /// time: gives back what runs leave behind and a child would have to copy page by page. May be
  /// called again; sessions stay usable.
  virtual void before_forks() {}
  /// After `before_forks`, and again once a child was forked: has memory for the child's first run
  /// ready, zeroed ahead by a process that has nothing else to do. At most `most_bytes`, else none.
  virtual void stock_up(std::uint64_t /*most_bytes*/) {}
  /// In the parent, right after a fork or to give memory back: what `stock_up` made is the child's.
  virtual void give_stock() {}
  /// In a forked child, before its first run: fetches what that will need by few calls instead of
  /// many faults.
  virtual void enter_child() {}
  /// Writes the form that `open` with `prepared` takes into the folder `into`; returns its main
  /// file's name. Errors: as open; unimplemented (this engine has no such form).
  [[nodiscard]] virtual Result<std::string> prepare(const std::filesystem::path& model,
                                                    const std::filesystem::path& into) = 0;
};

}  // namespace glowplug::engine
