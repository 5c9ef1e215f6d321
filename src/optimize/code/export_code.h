#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "bundle/event_sample.h"
#include "model/event.h"
#include "model/runner.h"

namespace glowplug::optimize::code {

/// What to make a bundle of.
struct CodeRequest {
  std::filesystem::path handler;                ///< handler.py, or a shared library
  std::string name;                             ///< the bundle's name
  std::filesystem::path output;                 ///< the bundle's folder
  bool replace = false;                         ///< an existing bundle at `output` gives way
  std::filesystem::path requirements;           ///< empty: none
  std::vector<std::filesystem::path> included;  ///< files and folders beside the handler
  std::optional<bundle::EventSample> sample;    ///< answered at export and whenever it is loaded
  Duration limit = seconds(120);                ///< of each step
};

struct CodeExported {
  std::filesystem::path bundle;
  std::string digest;
  std::string engine;                 ///< "python" or "cpp"
  Json handler;                       ///< as in the manifest
  std::optional<EventAnswer> answer;  ///< to the sample
  std::string lock;                   ///< of its packages; empty: none
};

/// Whether `file` is exported by this and not as a model: .py or .so.
[[nodiscard]] bool is_code_file(const std::filesystem::path& file);

/// Code to a bundle: code/FILE, what it includes at its place beside it, its packages in
/// code/packages/ with code/requirements.lock. The code is loaded once, behind `runners`, which
/// tells its schema; it is called for the sample only. The bundle appears at `output` complete or
/// not at all, and the same files give the same digest. Errors: not_found, already_exists,
/// failed_precondition (the sample is not answered, with what was said), invalid_argument (the
/// handler's own text, first and whole; pip's; a file outside of the handler's folder), those of
/// `runners`.
[[nodiscard]] Result<CodeExported> export_code(const CodeRequest& request, RunnerFactory& runners);

}  // namespace glowplug::optimize::code
