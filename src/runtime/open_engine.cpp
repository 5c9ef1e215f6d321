#include "runtime/open_engine.h"

#include <fmt/format.h>

#include "base/installation.h"
#include "engine/code/code.h"
#include "engine/native/native.h"
#include "engine/onnxruntime/onnxruntime.h"
#include "runtime/huge_heap.h"

namespace glowplug::runtime {

Result<std::unique_ptr<engine::Engine>> open_engine(std::string_view name,
                                                    const std::filesystem::path& library) {
  if (name == engine::native::kEngineName) return engine::native::open_native();
  if (name == engine::code::kPython) return engine::code::open_python(python_library_path());
  if (name == engine::code::kCpp) return engine::code::open_cpp();
  if (name == "onnxruntime") {
    prefer_huge_heap();
    return engine::open_onnxruntime(library);
  }
  return Error{
      Code::unimplemented,
      fmt::format("no engine \"{}\" in this program; it has native, onnxruntime, python and cpp",
                  name),
      {}};
}

}  // namespace glowplug::runtime
