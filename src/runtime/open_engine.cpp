#include "runtime/open_engine.h"

#include <fmt/format.h>

#include "engine/onnxruntime/onnxruntime.h"

namespace glowplug::runtime {

Result<std::unique_ptr<engine::Engine>> open_engine(std::string_view name,
                                                    const std::filesystem::path& library) {
  if (name == "onnxruntime") return engine::open_onnxruntime(library);
  return Error{Code::unimplemented,
               fmt::format("no engine \"{}\" in this program; it has onnxruntime", name),
               {}};
}

}  // namespace glowplug::runtime
