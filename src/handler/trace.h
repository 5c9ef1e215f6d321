#pragma once
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace glowplug::handler {

/// One step of what a handler did to an event.
struct Stage {
  std::string name;               ///< "decode", "resize" …
  std::chrono::nanoseconds time;  ///< that it took
  std::string shape;              ///< of what it gave, "341x256x3" (width, height, channels)
  std::string preview;            ///< a few of the values it gave
};

/// Collects the stages of one event, in order. Handed in as a pointer that may be null: then
/// nothing is measured and no preview is made. Not for use by two threads at once.
class Trace {
 public:
  void add(Stage stage) { stages_.push_back(std::move(stage)); }
  [[nodiscard]] const std::vector<Stage>& stages() const { return stages_; }

 private:
  std::vector<Stage> stages_;
};

}  // namespace glowplug::handler
