#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace glowplug {

/// One step that an event took.
struct Stage {
  std::string name;  ///< "decode", "resize", "run" …
  nanoseconds time{0};
  std::string shape;    ///< of what came out: "768x1024x3", "FP32[1,3,224,224]"
  std::string preview;  ///< its first values, or a few words
};

/// What `glowplug invoke --trace` shows. Stages are told where a trace was asked for; else the
/// pointer to it is null.
class Trace {
 public:
  void add(Stage stage) { stages_.push_back(std::move(stage)); }
  [[nodiscard]] const std::vector<Stage>& stages() const { return stages_; }

 private:
  std::vector<Stage> stages_;
};

}  // namespace glowplug
