#include "engine/onnxruntime/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>

namespace glowplug::engine::ort {
namespace {

constexpr const char* kFix =
    "run scripts/setup.sh, or name the file of libonnxruntime.so in GLOWPLUG_ORT_LIBRARY";

Error unusable(const std::filesystem::path& path, std::string_view reason) {
  return Error{Code::unavailable,
               fmt::format("engine not installed: ONNX Runtime: {}: {}", path.string(), reason),
               kFix};
}

/// Of a failed status. The library has no code of its own for a lack of memory, only texts.
Code code_of(ErrorCode code, std::string_view text) {
  if (text.find("bad_alloc") != std::string_view::npos ||
      text.find("Failed to allocate memory") != std::string_view::npos)
    return Code::exhausted;
  switch (code) {
    case ErrorCode::no_such_file:
      return Code::not_found;
    case ErrorCode::not_implemented:
      return Code::unimplemented;
    case ErrorCode::engine_error:
    case ErrorCode::ep_fail:
      return Code::internal;
    default:
      return Code::invalid_argument;
  }
}

}  // namespace

Result<Library> Library::open(const std::filesystem::path& path) {
  // Releases after 1.28 send usage data from a thread of their own unless this is set before they
  // are opened.
  ::setenv("ORT_DISABLE_TELEMETRY", "1", 1);
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error || !std::filesystem::exists(absolute, error)) return unusable(path, "no such file");
  void* const handle = ::dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return unusable(path, ::dlerror());
  using GetBase = const ApiBase* (*)();
  const auto get_base = reinterpret_cast<GetBase>(::dlsym(handle, "OrtGetApiBase"));
  if (get_base == nullptr) return unusable(path, "has no function OrtGetApiBase");
  const ApiBase* const base = get_base();
  std::string version = base->get_version_string();
  const Api* const api = base->get_api(kApiVersion);
  if (api == nullptr)
    return unusable(
        path, fmt::format("version {} is too old, 1.{} or later is needed", version, kApiVersion));
  return Library(api, std::move(version));
}

Result<void> Library::check(Status* status) const {
  if (status == nullptr) return {};
  std::string text = api_->get_error_message(status);
  const Code code = code_of(api_->get_error_code(status), text);
  api_->release_status(status);
  return Error{code, std::move(text), {}};
}

}  // namespace glowplug::engine::ort
