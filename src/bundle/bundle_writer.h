#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "bundle/bundle.h"
#include "bundle/manifest.h"

namespace glowplug::bundle {

/// Builds a bundle in a hidden folder beside `target` and puts it there in one step: `target` is
/// the old one or the new one, never half. Without `publish` nothing is left. Order: add files,
/// seal, then records and prepared forms (in `folder()`), publish.
class BundleWriter {
 public:
  enum class Existing { refuse, replace };
  /// Errors: already_exists (`target` is there and `existing` is refuse, or it is something that is
  /// not a bundle), those of the file system.
  [[nodiscard]] static Result<BundleWriter> create(const std::filesystem::path& target,
                                                   Existing existing);

  /// Where the bundle is being built.
  [[nodiscard]] const std::filesystem::path& folder() const { return work_.path(); }
  /// Copies a file in. Errors: invalid_argument (a path that bundles do not have, or twice).
  [[nodiscard]] Result<void> add_file(std::string_view path, const std::filesystem::path& from);
  [[nodiscard]] Result<void> add_bytes(std::string_view path, std::string_view bytes);
  [[nodiscard]] Result<void> add_sample(std::string_view name, const Sample& sample);
  /// Fills in `manifest.files` and writes the manifest; returns the digest. Errors:
  /// invalid_argument (the manifest's model is not among the files, and whatever parse_manifest
  /// refuses).
  [[nodiscard]] Result<std::string> seal(Manifest manifest);
  /// Syncs everything, puts it at `target` and opens it. The writer is spent afterwards.
  [[nodiscard]] Result<Bundle> publish();

 private:
  BundleWriter(std::filesystem::path target, Existing existing, TemporaryFolder work)
      : target_(std::move(target)), existing_(existing), work_(std::move(work)) {}
  [[nodiscard]] Result<std::filesystem::path> place_for(std::string_view path);
  std::filesystem::path target_;
  Existing existing_;
  TemporaryFolder work_;
  FileTable files_;
};

}  // namespace glowplug::bundle
