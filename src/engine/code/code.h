#pragma once
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "engine/engine.h"

/// Code of the user's own that answers events: Python, or a shared library. Both are behind
/// include/glowplug/handler_abi.h.
namespace glowplug::engine::code {

inline constexpr std::string_view kPython = "python";
inline constexpr std::string_view kCpp = "cpp";  ///< handler.so, of C++ or whatever keeps the ABI
/// Whether an engine of this name runs code instead of a model.
[[nodiscard]] constexpr bool is_code(std::string_view engine) {
  return engine == kPython || engine == kCpp;
}

/// What such a function is for clients that speak of tensors. Inputs: content_type, body, BYTES[-1]
/// each; outputs: status INT32[-1], content_type, body BYTES[-1]. Its sessions take events, too:
/// those have one input more, the context, which comes from the gateway alone.
[[nodiscard]] const Signature& code_signature();

/// Tells BLAS, OpenMP and their like by the environment to start no threads, which no fork would
/// survive. Before any code is opened.
void allow_one_thread();

/// Python 3.11; `library` is libglowplug-python.so. Errors: unavailable (not there, with the fix).
[[nodiscard]] Result<std::unique_ptr<engine::Engine>> open_python(
    const std::filesystem::path& library);
/// Shared libraries, each opened as a session.
[[nodiscard]] std::unique_ptr<engine::Engine> open_cpp();

}  // namespace glowplug::engine::code
