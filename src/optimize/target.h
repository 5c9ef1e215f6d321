#pragma once
#include <string>

namespace glowplug::optimize {

/// What a prepared form is made for; used on exactly this and nothing else.
struct PreparedTarget {
  std::string engine = "onnxruntime";
  std::string library_sha256;  ///< of the engine's library file
  std::string cpu_level;       ///< as base/cpu.h names it
};

}  // namespace glowplug::optimize
