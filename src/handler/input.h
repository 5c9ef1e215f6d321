#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "handler/items.h"
#include "model/signature.h"
#include "model/trace.h"

namespace glowplug::handler {

/// How a picture came into the model's input: x_source = (x_input - offset) / scale, of pixel
/// edges.
struct PictureFit {
  double scale_x = 1, scale_y = 1;
  double offset_x = 0, offset_y = 0;
  double source_width = 0, source_height = 0;
};

/// What one item became.
struct Row {
  /// For each run of the model the inputs in signature order, dimension 0 (where there is one) = 1.
  /// One run, but for sounds, which a model with a state hears chunk by chunk.
  std::vector<std::vector<std::optional<Tensor>>> runs;
  std::optional<PictureFit> fit;
};

/// Turns items into rows. Thread-compatible; may be used in a forked child.
class Input {
 public:
  virtual ~Input() = default;
  [[nodiscard]] virtual ItemKind kind() const = 0;
  /// `trace` may be null. Errors: invalid_argument, too_large, unimplemented, about the item.
  [[nodiscard]] virtual Result<Row> read(const Item& item, Trace* trace) const = 0;
  /// Several first runs as one. Without a value: they cannot run together. The default joins
  /// tensors of equal shape along dimension 0.
  [[nodiscard]] virtual std::optional<std::vector<std::optional<Tensor>>> join(
      std::span<const Row* const> rows) const;
  /// Changes what a run of `inputs` gave before it is cut into rows. Errors: internal.
  [[nodiscard]] virtual Result<void> after_run(const std::vector<std::optional<Tensor>>& /*inputs*/,
                                               std::vector<Tensor>& /*outputs*/) const {
    return {};
  }
  /// Output index to input index: what one run gives the next one of the same row.
  [[nodiscard]] virtual std::vector<std::pair<std::size_t, std::size_t>> carried() const {
    return {};
  }
};

}  // namespace glowplug::handler
