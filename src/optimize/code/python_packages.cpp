#include "optimize/code/python_packages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/child_process.h"
#include "base/file.h"
#include "base/json.h"

namespace glowplug::optimize::code {
namespace {

Error without_pip(const std::string& why) {
  return Error{Code::unavailable, why, "apt-get install python3-pip"};
}

std::string last_lines(const std::string& text, std::size_t most_bytes = 4000) {
  return text.size() <= most_bytes ? text : text.substr(text.size() - most_bytes);
}

Result<std::string> run_pip(std::vector<std::string> arguments, Duration limit) {
  std::vector<std::string> command{kPythonProgram, "-I", "-m", "pip"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  GLOWPLUG_ASSIGN(Finished done, run_program(std::move(command), limit));
  if (done.status.success()) return std::move(done.output);
  if (done.errors.find("No module named pip") != std::string::npos)
    return without_pip("pip of Debian's Python 3.11 is not there");
  return invalid_argument("pip: " + last_lines(done.errors));
}

/// One line of the lock out of one element of pip's report (its "version": "1").
Result<std::string> lock_line(const Json& item) {
  const Json name = item.value("/metadata/name"_json_pointer, Json());
  const Json version = item.value("/metadata/version"_json_pointer, Json());
  const Json hash = item.value("/download_info/archive_info/hashes/sha256"_json_pointer, Json());
  if (!name.is_string() || !version.is_string() || !hash.is_string())
    return invalid_argument(fmt::format(
        "pip says no sha256 for {}; expected packages of an index, not folders or repositories",
        name.is_string() ? name.get<std::string>() : "a package"));
  return fmt::format("{}=={} --hash=sha256:{}\n", name.get<std::string>(),
                     version.get<std::string>(), hash.get<std::string>());
}

Result<std::string> lock_in(const std::string& report) {
  GLOWPLUG_ASSIGN(const Json json, parse_json(report));
  const auto items = json.find("install");
  if (items == json.end() || !items->is_array())
    return Error{Code::internal, "pip's report has no list \"install\"", {}};
  std::vector<std::string> lines;
  for (const Json& item : *items) {
    GLOWPLUG_ASSIGN(std::string line, lock_line(item));
    lines.push_back(std::move(line));
  }
  std::ranges::sort(lines);
  return fmt::format("{}", fmt::join(lines, ""));
}

/// What differs from one installation to the next, and what a handler cannot start.
void remove_traces(const std::filesystem::path& folder) {
  constexpr std::array<std::string_view, 4> kTraces{"RECORD", "INSTALLER", "REQUESTED",
                                                    "direct_url.json"};
  std::error_code failed;
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, failed)) {
    const std::string parent = entry.path().parent_path().filename();
    const bool trace = std::ranges::count(kTraces, entry.path().filename().string()) > 0;
    if (parent.ends_with(".dist-info") && trace) found.push_back(entry.path());
  }
  for (const auto& path : found) std::filesystem::remove(path, failed);
  std::filesystem::remove_all(folder / "bin", failed);
}

}  // namespace

Result<std::string> install_packages(const std::filesystem::path& requirements,
                                     const std::filesystem::path& into, Duration limit) {
  if (::access(kPythonProgram, X_OK) != 0)
    return without_pip(fmt::format("{} is not there", kPythonProgram));
  GLOWPLUG_ASSIGN(const std::string report,
                  run_pip({"install", "--quiet", "--disable-pip-version-check", "--dry-run",
                           "--ignore-installed", "--only-binary=:all:", "--report", "-",
                           "--requirement", requirements.string()},
                          limit));
  GLOWPLUG_ASSIGN(std::string lock, lock_in(report));
  GLOWPLUG_ASSIGN(const TemporaryFolder work, TemporaryFolder::create());
  const auto file = work.path() / "requirements.lock";
  GLOWPLUG_TRY(write_file_atomically(file, lock, false));
  GLOWPLUG_TRY(run_pip({"install", "--quiet", "--disable-pip-version-check", "--require-hashes",
                        "--no-deps", "--only-binary=:all:", "--no-compile", "--target",
                        into.string(), "--requirement", file.string()},
                       limit));
  remove_traces(into);
  return lock;
}

Result<void> compile_modules(const std::filesystem::path& folder, Duration limit) {
  if (::access(kPythonProgram, X_OK) != 0) return {};
  // One process and one hash seed: what is interned when decides on the bytes.
  return run_program({"/usr/bin/env", "-i", "PYTHONHASHSEED=0", kPythonProgram, "-s", "-S", "-m",
                      "compileall", "-q", "-q", "--invalidation-mode", "unchecked-hash", "-s",
                      folder.string(), "-p", "code", folder.string()},
                     limit)
                 .has_value()
             ? Result<void>()
             : Error{Code::deadline_exceeded, "compiling the handler's modules took too long", {}};
}

}  // namespace glowplug::optimize::code
