#include "engine/code/code.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "engine/code/code_session.h"

namespace glowplug::engine::code {
namespace {

using Entry = const glowplug_handler_library* (*)();
constexpr const char* kEntry = "glowplug_handler_library_v1";

/// The library stays open: what it made lives as long as the process.
Result<const glowplug_handler_library*> open_library(const std::filesystem::path& file, int flags) {
  void* const opened = ::dlopen(file.c_str(), flags);
  if (opened == nullptr) return invalid_argument(::dlerror());  // NOLINT(concurrency-mt-unsafe)
  const auto entry = reinterpret_cast<Entry>(::dlsym(opened, kEntry));
  if (entry == nullptr)
    return Error{Code::invalid_argument,
                 fmt::format("{} does not export {}", file.filename().string(), kEntry),
                 "write GLOWPLUG_HANDLER(YourClass) of glowplug/handler.h once in it"};
  return entry();
}

const Capabilities& capabilities_of_code() {
  static const Capabilities capabilities{.datatypes = {Datatype::bytes, Datatype::int32},
                                         .dynamic_shapes = true,
                                         .zero_sized = true,
                                         .several_inputs = true,
                                         .output_subset = true};
  return capabilities;
}

class CodeEngine : public Engine {
 public:
  [[nodiscard]] const Capabilities& capabilities() const override { return capabilities_of_code(); }
  [[nodiscard]] Result<std::string> prepare(const std::filesystem::path& /*model*/,
                                            const std::filesystem::path& /*into*/) override {
    return Error{Code::unimplemented, "code has no prepared form", {}};
  }
};

class PythonEngine final : public CodeEngine {
 public:
  explicit PythonEngine(const glowplug_handler_library& library) : library_(library) {}
  [[nodiscard]] std::string_view name() const override { return kPython; }
  [[nodiscard]] std::string_view version() const override { return library_.made_with; }
  [[nodiscard]] Result<std::unique_ptr<Session>> open(const std::filesystem::path& model,
                                                      const OpenOptions& options) override {
    return CodeSession::open(library_, model, options);
  }

 private:
  const glowplug_handler_library& library_;
};

class CppEngine final : public CodeEngine {
 public:
  [[nodiscard]] std::string_view name() const override { return kCpp; }
  [[nodiscard]] std::string_view version() const override { return "handler ABI 1"; }
  [[nodiscard]] Result<std::unique_ptr<Session>> open(const std::filesystem::path& model,
                                                      const OpenOptions& options) override {
    const bool has_folder = model.has_parent_path();
    // Without a slash the file would be looked for in the system's folders.
    GLOWPLUG_ASSIGN(const glowplug_handler_library* const library,
                    open_library(has_folder ? model : "." / model, RTLD_NOW | RTLD_LOCAL));
    return CodeSession::open(*library, model, options);
  }
};

}  // namespace

void allow_one_thread() {
  for (const char* const name :
       {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
        "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"})
    (void)::setenv(name, "1", 1);  // NOLINT(concurrency-mt-unsafe): before there are threads
  // It would look for semaphores that the sandbox does not have, and print a warning.
  (void)::setenv("JOBLIB_MULTIPROCESSING", "0", 1);  // NOLINT(concurrency-mt-unsafe)
}

const Signature& code_signature() {
  static const Signature signature = [] {
    Signature made;
    made.inputs = {{"content_type", Datatype::bytes, {-1}, false, {}},
                   {"body", Datatype::bytes, {-1}, false, {}}};
    made.outputs = {{"status", Datatype::int32, {-1}, false, {}},
                    {"content_type", Datatype::bytes, {-1}, false, {}},
                    {"body", Datatype::bytes, {-1}, false, {}}};
    return made;
  }();
  return signature;
}

Result<std::unique_ptr<engine::Engine>> open_python(const std::filesystem::path& library) {
  // Global: the modules of Python's own library folder look for libpython's names.
  auto opened = open_library(library, RTLD_NOW | RTLD_GLOBAL);
  if (!opened)
    return Error{Code::unavailable,
                 "Python handlers need libglowplug-python.so: " + opened.error().message,
                 "apt-get install libpython3.11, and install Glowplug with lib/glowplug"};
  return std::unique_ptr<engine::Engine>(std::make_unique<PythonEngine>(**opened));
}

std::unique_ptr<engine::Engine> open_cpp() { return std::make_unique<CppEngine>(); }

}  // namespace glowplug::engine::code
