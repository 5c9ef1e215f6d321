#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "bundle/bundle.h"
#include "bundle/manifest.h"

namespace glowplug::bundle {

/// The file of a prepared form's folder that describes the others.
inline constexpr std::string_view kIndexFile = "index.json";

/// What a prepared form is made for; used on exactly this and nothing else. "At least" is not
/// enough: weights that ONNX Runtime blocked for AVX-512 answer wrong, without an error, on AVX2.
struct PreparedTarget {
  std::string engine = "onnxruntime";
  std::string library_sha256;  ///< of the engine's library file
  std::string cpu_level;       ///< as base/cpu.h names it
};

/// prepared/ENGINE-LEVEL/index.json.
struct PreparedIndex {
  PreparedTarget target;
  std::string engine_version;  ///< "1.28.0", for people
  std::string digest;          ///< of the bundle it was made from
  std::string main_file;       ///< one of `files`
  FileTable files;             ///< by name inside the folder, without index.json
  std::uint64_t samples_compared = 0;
  double largest_difference = 0;  ///< relative, between its answers and the portable form's
};
[[nodiscard]] Json to_json(const PreparedIndex& index);
/// Errors: invalid_argument naming the key; failed_precondition (newer schema).
[[nodiscard]] Result<PreparedIndex> prepared_index_from_json(const Json& json);

/// "prepared/onnxruntime-x86-64-avx2": where a form for `target` lies in a bundle.
[[nodiscard]] std::string prepared_folder(const PreparedTarget& target);

/// Copies the files of the folder `from` into the bundle in `folder` as the form for
/// `index.target`, synced and in one step; a form that was there gives way, and processes that have
/// it mapped keep the old one. `index.files` is filled in. Two processes at once are safe.
/// Returns the form's folder inside the bundle. Errors: invalid_argument (`index.main_file` is not
/// in `from`, a link or special file in it, a digest that is not the bundle's), those of the file
/// system.
[[nodiscard]] Result<std::string> put_prepared(const std::filesystem::path& folder,
                                               PreparedIndex index,
                                               const std::filesystem::path& from);
/// Removes every prepared form of the bundle in `folder`.
[[nodiscard]] Result<void> drop_prepared(const std::filesystem::path& folder);

/// One form that lies in a bundle, for `inspect`.
struct FoundForm {
  std::string folder;  ///< inside the bundle
  Result<PreparedIndex> index;
};
/// Sorted by folder.
[[nodiscard]] std::vector<FoundForm> prepared_forms(const Bundle& bundle);

/// Which file an engine opens.
struct ChosenForm {
  std::filesystem::path model;  ///< absolute if the bundle's folder is
  bool prepared = false;
  std::string reason;  ///< one sentence for the log: why this form and not the other
};
/// The prepared form if there is one for exactly `target` and this bundle whose files are whole
/// (`checks` as for Bundle::open), else the portable form. Cannot fail: the portable form is always
/// there.
[[nodiscard]] ChosenForm choose_form(const Bundle& bundle, const PreparedTarget& target,
                                     Checks checks = Checks::hashes);

}  // namespace glowplug::bundle
