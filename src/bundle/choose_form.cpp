#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/file.h"
#include "bundle/prepared.h"
#include "bundle/tree.h"

namespace glowplug::bundle {
namespace {

constexpr std::size_t kLargestIndex = std::size_t{16} << 20;

Result<PreparedIndex> read_index(const std::filesystem::path& form) {
  GLOWPLUG_ASSIGN(const std::string text, read_file(form / kIndexFile, kLargestIndex));
  GLOWPLUG_ASSIGN(const Json json, parse_json(text));
  return prepared_index_from_json(json);
}

Error mismatch(std::string text) { return Error{Code::failed_precondition, std::move(text), {}}; }

Result<void> check_target(const PreparedIndex& index, const PreparedTarget& target) {
  if (index.target.engine != target.engine)
    return mismatch(
        fmt::format("it was made for engine {}, this is {}", index.target.engine, target.engine));
  if (index.target.cpu_level != target.cpu_level)
    return mismatch(fmt::format("it was made for CPU level {}, this CPU is {}",
                                index.target.cpu_level, target.cpu_level));
  if (index.target.library_sha256 != target.library_sha256)
    return mismatch(fmt::format("it was made for {} {} with sha256 {}, this library has {}",
                                index.target.engine, index.engine_version,
                                short_digest(index.target.library_sha256),
                                short_digest(target.library_sha256)));
  return {};
}

Result<void> check_whole(const std::filesystem::path& form, const PreparedIndex& index,
                         Checks checks) {
  GLOWPLUG_ASSIGN(auto entries, list_tree(form));
  std::erase_if(entries, [](const TreeEntry& entry) { return entry.path == kIndexFile; });
  return verify_files(form, entries, index.files, checks);
}

/// The main file of the form, if it is for exactly this.
Result<std::filesystem::path> usable_form(const Bundle& bundle, const PreparedTarget& target,
                                          Checks checks) {
  const std::filesystem::path form = bundle.folder() / prepared_folder(target);
  GLOWPLUG_ASSIGN(const PreparedIndex index, read_index(form));
  GLOWPLUG_TRY(check_target(index, target));
  if (index.digest != bundle.digest())
    return mismatch(fmt::format("it was made from digest {}, this bundle is {}",
                                short_digest(index.digest), short_digest(bundle.digest())));
  GLOWPLUG_TRY(check_whole(form, index, checks));
  return form / index.main_file;
}

/// Names of the folders in prepared/, finished ones only.
std::vector<std::string> form_folders(const Bundle& bundle) {
  std::vector<std::string> folders;
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(bundle.folder() / "prepared", failed), end;
       !failed && entry != end; entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with('.')) folders.push_back("prepared/" + name);
  }
  std::ranges::sort(folders);
  return folders;
}

ChosenForm portable(const Bundle& bundle, std::string why) {
  return {bundle.model_path(), false, "the portable form serves: " + std::move(why)};
}

}  // namespace

std::vector<FoundForm> prepared_forms(const Bundle& bundle) {
  const std::vector<std::string> folders = form_folders(bundle);
  std::vector<FoundForm> forms;
  forms.reserve(folders.size());
  for (const std::string& folder : folders)
    forms.push_back({folder, read_index(bundle.folder() / folder)});
  return forms;
}

ChosenForm choose_form(const Bundle& bundle, const PreparedTarget& target, Checks checks) {
  const std::vector<std::string> folders = form_folders(bundle);
  const std::string wanted = prepared_folder(target);
  if (folders.empty()) return portable(bundle, "there is no prepared one");
  if (std::ranges::find(folders, wanted) == folders.end())
    return portable(bundle, fmt::format("{} is not there, only {}; a form made for another CPU or "
                                        "engine can answer wrong without an error",
                                        wanted, fmt::join(folders, ", ")));
  auto usable = usable_form(bundle, target, checks);
  if (!usable)
    return portable(bundle, fmt::format("{} is passed over: {}", wanted, usable.error().message));
  return {*std::move(usable), true,
          fmt::format("{} was made for exactly this CPU level and engine library", wanted)};
}

}  // namespace glowplug::bundle
