#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "bundle/event_sample.h"
#include "bundle/manifest.h"
#include "bundle/sample.h"

namespace glowplug::bundle {

/// How much `Bundle::open` looks at. Names, kinds and sizes of files are always checked.
enum class Checks {
  sizes,   ///< no file is read but the manifest: for listings
  hashes,  ///< every file's sha256: before a bundle is stored or served
};

/// A bundle on disk that was checked when it was opened. Its folder:
///
///     manifest.json               canonical JSON; its sha256 is the digest
///     model/…  samples/…  assets/…  code/…   exactly the files that the manifest lists
///     records/NAME.json           outside the digest; each says which digest it speaks of
///     prepared/ENGINE-LEVEL/…     outside the digest (prepared.h)
///
/// Holds no file open.
class Bundle {
 public:
  /// Errors name the file: not_found (no such folder, no manifest.json, a listed file that is not
  /// there); invalid_argument (what parse_manifest refuses; a wrong size or hash; a file that is
  /// not listed; a link, a file with a second name (hard link), a special file; an unknown folder);
  /// failed_precondition (newer schema).
  [[nodiscard]] static Result<Bundle> open(const std::filesystem::path& folder, Checks checks);

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] const Manifest& manifest() const { return manifest_; }
  [[nodiscard]] const std::string& digest() const { return digest_; }
  /// The main file of the portable form.
  [[nodiscard]] std::filesystem::path model_path() const { return folder_ / manifest_.model; }
  /// Names of the samples, sorted; without the one of the handler.
  [[nodiscard]] std::vector<std::string> sample_names() const;
  /// Errors: not_found, those of sample_from_json.
  [[nodiscard]] Result<Sample> sample(std::string_view name) const;
  /// Of its handler; nothing if there is none. Errors: those of event_sample_from_json.
  [[nodiscard]] Result<std::optional<EventSample>> event_sample() const;
  /// Names of the records ("export" for records/export.json), sorted.
  [[nodiscard]] std::vector<std::string> record_names() const;
  /// One record. Errors: not_found; invalid_argument (not JSON); failed_precondition (it speaks of
  /// another digest).
  [[nodiscard]] Result<Json> record(std::string_view name) const;

 private:
  Bundle(std::filesystem::path folder, Manifest manifest, std::string digest)
      : folder_(std::move(folder)), manifest_(std::move(manifest)), digest_(std::move(digest)) {}
  std::filesystem::path folder_;
  Manifest manifest_;
  std::string digest_;
};

/// Reads and checks manifest.json alone, without a look at the other files.
[[nodiscard]] Result<Manifest> read_manifest(const std::filesystem::path& folder);

/// Writes records/NAME.json of the bundle in `folder`, atomically; sets its "digest". `record` is
/// an object. Replaces an older record of that name.
[[nodiscard]] Result<void> write_record(const std::filesystem::path& folder,
                                        std::string_view digest, std::string_view name,
                                        Json record);

}  // namespace glowplug::bundle
