#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "engine/onnxruntime/library.h"
#include "engine/onnxruntime/weight_pages.h"

namespace glowplug::engine::ort {

/// The weights of a prepared form (session_options.h), mapped by us and handed to the library as
/// initializers that it uses where they lie. By itself the library maps each of them alone: a
/// hundred mappings that every fork copies and every child faults in.
///
/// Measured as in session_memory.h, with the weights settled: MobileNetV2 294 -> 152 faults, 2.1 ->
/// 1.4 ms.
class PreparedWeights {
 public:
  /// Of the form whose main file is `model`; must outlive sessions that it was added to. nullptr if
  /// the form has no such weights. Errors: not a prepared form; those of WeightPages::map.
  [[nodiscard]] static Result<std::unique_ptr<PreparedWeights>> open(
      const Library& library, const std::filesystem::path& model);
  /// Errors: those of the library.
  [[nodiscard]] Result<void> add_to(const Library& library, SessionOptions& options) const;
  [[nodiscard]] WeightPages& pages() { return pages_; }

 private:
  struct Initializer {
    std::string name;
    Handle<Value> value;
  };
  explicit PreparedWeights(WeightPages pages) : pages_(std::move(pages)) {}
  WeightPages pages_;
  std::vector<Initializer> initializers_;
};

}  // namespace glowplug::engine::ort
