#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "model/signature.h"

namespace glowplug::bundle {

/// The newest schema that this program reads. It writes 1 for a bundle without a handler, whose
/// bytes older programs understand, else 2.
inline constexpr int kManifestSchema = 2;
inline constexpr std::string_view kManifestFile = "manifest.json";

struct FileEntry {
  std::string sha256;  ///< 64 lower-case hexadecimal digits
  std::uint64_t size_bytes = 0;
};
/// By path inside the bundle (bundle_path.h); no two differ in case alone.
using FileTable = std::map<std::string, FileEntry>;

/// Where the model came from.
struct Source {
  std::string file;    ///< name without folder
  std::string sha256;  ///< of that file
};

/// What manifest.json says. Everything in it is part of the digest, so it holds nothing that
/// differs from one machine or day to the next.
struct Manifest {
  std::string name;    ///< check_name
  std::string engine;  ///< "onnxruntime"
  std::string model;   ///< main file of the portable form: "model/model.onnx"; one of `files`
  Signature signature;
  Source source;
  std::string license;  ///< SPDX expression; empty: not known
  /// How events become tensors and tensors answers (handler/spec.h), or the file with the user's
  /// own code: {"input", "output"} or {"code"}; null: plain records in and out. Schema 2.
  Json handler;
  std::string producer;  ///< "glowplug 0.1.0": who wrote it, named when its schema is too new
  FileTable files;       ///< every file below model/, samples/, assets/ and code/
};

[[nodiscard]] Json to_json(const Manifest& manifest);
/// The bytes of manifest.json: canonical JSON, so equal manifests are equal bytes.
[[nodiscard]] std::string manifest_text(const Manifest& manifest);
/// sha256 of manifest_text: the bundle's identity.
[[nodiscard]] std::string digest_of(const Manifest& manifest);
/// The first 12 digits, for people.
[[nodiscard]] std::string short_digest(std::string_view digest);
/// Reads manifest.json. Errors: invalid_argument, naming the key or file: not JSON, not canonical,
/// unknown or missing keys, wrong types, bad names or hashes, a folder that schema 1 does not have;
/// failed_precondition: a newer schema, naming the writer.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text);

/// Shared with the index of prepared forms. Errors: invalid_argument naming key and file.
[[nodiscard]] Json to_json(const FileTable& files);
[[nodiscard]] Result<FileTable> file_table_from_json(const Json& json);

}  // namespace glowplug::bundle
