#include "bundle/bundle.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/file.h"
#include "base/sha256.h"
#include "bundle/bundle_path.h"
#include "bundle/copy.h"
#include "bundle/name.h"
#include "bundle/tree.h"

namespace glowplug::bundle {
namespace {

constexpr std::size_t kLargestManifest = std::size_t{16} << 20;
constexpr std::size_t kLargestRecord = std::size_t{64} << 20;
constexpr std::size_t kLargestSample = std::size_t{1} << 30;

Result<void> check_is_folder(const std::filesystem::path& folder) {
  struct stat info{};
  if (::stat(folder.c_str(), &info) != 0) return system_error(folder.string(), errno);
  if (S_ISDIR(info.st_mode)) return {};
  return invalid_argument(folder.string() +
                          " is not a folder; a bundle is one, by custom NAME.glow");
}

Result<std::string> manifest_bytes(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kManifestFile;
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0)
    return Error{errno == ENOENT ? Code::not_found : Code::invalid_argument,
                 fmt::format("{} is not there: this is no bundle", kManifestFile),
                 "glowplug export MODEL.onnx --name NAME makes one"};
  if (!S_ISREG(info.st_mode))
    return invalid_argument(fmt::format("{} is not a regular file", kManifestFile));
  return read_file(path, kLargestManifest);
}

/// The part of a path before the first "/".
std::string_view top_of(std::string_view path) { return path.substr(0, path.find('/')); }

std::string_view without(std::string_view path, std::string_view suffix) {
  return path.substr(0, path.size() - suffix.size());
}

Result<void> check_record_place(const TreeEntry& entry) {
  constexpr std::string_view kFolder = "records/";
  if (entry.path == "records" && entry.is_folder) return {};
  const std::string_view name =
      std::string_view(entry.path).substr(std::min(kFolder.size(), entry.path.size()));
  if (entry.is_folder || !name.ends_with(".json") ||
      !check_name("record name", without(name, ".json")))
    return invalid_argument(entry.path + " is no record; expected records/NAME.json");
  return {};
}

/// A form is a folder of files; what is in it choose_form looks at, since a broken one is passed
/// over and not fatal.
Result<void> check_prepared_place(const TreeEntry& entry) {
  const bool is_inside = std::ranges::count(entry.path, '/') >= (entry.is_folder ? 0 : 2);
  if (is_inside) return {};
  return invalid_argument(entry.path +
                          " is no prepared form; expected a folder prepared/ENGINE-LEVEL");
}

/// Sorts out what the digest does not cover; the rest has to be exactly what the manifest lists.
Result<std::vector<TreeEntry>> covered_entries(std::vector<TreeEntry> entries) {
  static constexpr std::array<std::string_view, 4> kCovered = {"model", "samples", "assets",
                                                               "code"};
  std::vector<TreeEntry> covered;
  for (TreeEntry& entry : entries) {
    const std::string_view top = top_of(entry.path);
    if (std::ranges::find(kCovered, top) != kCovered.end()) {
      covered.push_back(std::move(entry));
    } else if (top == "records") {
      GLOWPLUG_TRY(check_record_place(entry));
    } else if (top == "prepared") {
      GLOWPLUG_TRY(check_prepared_place(entry));
    } else if (entry.path != kManifestFile) {
      return invalid_argument(
          fmt::format("{} does not belong in a bundle; expected {}, model/, samples/, "
                      "records/ and prepared/ alone",
                      entry.path, kManifestFile));
    }
  }
  return covered;
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (std::filesystem::directory_iterator file(folder, failed), end; !failed && file != end;
       file.increment(failed)) {
    if (file->path().extension() == ".json") names.push_back(file->path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

Result<Manifest> read_manifest(const std::filesystem::path& folder) {
  GLOWPLUG_TRY(check_is_folder(folder));
  auto text = manifest_bytes(folder);
  auto manifest = text ? parse_manifest(*text) : Result<Manifest>(std::move(text).error());
  if (!manifest) return std::move(manifest).error().in(folder.string());
  return manifest;
}

Result<Bundle> Bundle::open(const std::filesystem::path& folder, Checks checks) {
  GLOWPLUG_ASSIGN(Manifest manifest, read_manifest(folder));
  const auto verify = [&]() -> Result<void> {
    GLOWPLUG_ASSIGN(auto entries, list_tree(folder));
    GLOWPLUG_ASSIGN(const auto covered, covered_entries(std::move(entries)));
    return verify_files(folder, covered, manifest.files, checks);
  };
  if (auto verified = verify(); !verified) return std::move(verified).error().in(folder.string());
  std::string digest = digest_of(manifest);
  Bundle bundle(folder, std::move(manifest), std::move(digest));
  if (checks == Checks::hashes) {
    for (const std::string& name : bundle.record_names()) GLOWPLUG_TRY(bundle.record(name));
  }
  return bundle;
}

std::vector<std::string> Bundle::sample_names() const {
  constexpr std::string_view kFolder = "samples/";
  std::vector<std::string> names;
  for (auto file = manifest_.files.lower_bound(std::string(kFolder));
       file != manifest_.files.end() && file->first.starts_with(kFolder); ++file) {
    if (file->first == kEventSampleFile) continue;
    names.emplace_back(without(std::string_view(file->first).substr(kFolder.size()), ".json"));
  }
  std::ranges::sort(names);
  return names;
}

Result<Sample> Bundle::sample(std::string_view name) const {
  const std::string path = fmt::format("samples/{}.json", name);
  if (!manifest_.files.contains(path))
    return Error{Code::not_found, fmt::format("{} has no {}", folder_.string(), path), {}};
  const auto read = [&]() -> Result<Sample> {
    GLOWPLUG_ASSIGN(const std::string text, read_file(folder_ / path, kLargestSample));
    GLOWPLUG_ASSIGN(const Json json, parse_json(text));
    return sample_from_json(json);
  };
  auto sample = read();
  if (!sample) return std::move(sample).error().in((folder_ / path).string());
  return sample;
}

Result<std::optional<EventSample>> Bundle::event_sample() const {
  if (!manifest_.files.contains(std::string(kEventSampleFile))) return std::optional<EventSample>();
  GLOWPLUG_ASSIGN(const std::string text, read_file(folder_ / kEventSampleFile, kLargestSample));
  GLOWPLUG_ASSIGN(const Json json, parse_json(text));
  GLOWPLUG_ASSIGN(EventSample sample, event_sample_from_json(json));
  return std::optional(std::move(sample));
}

std::vector<std::string> Bundle::record_names() const { return names_in(folder_ / "records"); }

Result<Json> Bundle::record(std::string_view name) const {
  const std::filesystem::path path = folder_ / "records" / fmt::format("{}.json", name);
  GLOWPLUG_ASSIGN(const std::string text, read_file(path, kLargestRecord));
  auto json = parse_json(text);
  if (!json) return std::move(json).error().in(path.string());
  if (!json->is_object() || !json->contains("digest") || !(*json)["digest"].is_string())
    return invalid_argument(path.string() + " does not name the digest that it speaks of");
  const auto& digest = (*json)["digest"].get_ref<const std::string&>();
  if (digest != digest_)
    return Error{Code::failed_precondition,
                 fmt::format("{} speaks of digest {}; this bundle is {}", path.string(),
                             short_digest(digest), short_digest(digest_)),
                 "remove the file: it belongs to another bundle"};
  return json;
}

Result<void> write_record(const std::filesystem::path& folder, std::string_view digest,
                          std::string_view name, Json record) {
  GLOWPLUG_CHECK(record.is_object());
  GLOWPLUG_TRY(check_name("record name", name));
  GLOWPLUG_TRY(make_folders(folder, "records"));
  record["digest"] = digest;
  return write_file_atomically(folder / "records" / fmt::format("{}.json", name),
                               canonical_json(record));
}

}  // namespace glowplug::bundle
