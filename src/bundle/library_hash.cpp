#include "bundle/library_hash.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/file.h"
#include "base/json.h"
#include "base/sha256.h"
#include "bundle/json_fields.h"

namespace glowplug::bundle {
namespace {

constexpr std::size_t kLargestCache = std::size_t{1} << 20;

/// Everything that changes when the file's content does, as one text.
std::string identity_of(const struct stat& info) {
  return fmt::format("{}:{} {} {}.{:09} {}.{:09}", info.st_dev, info.st_ino, info.st_size,
                     info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_ctim.tv_sec,
                     info.st_ctim.tv_nsec);
}

/// {"PATH": {"identity": …, "sha256": …}}; an empty object if there is none that can be read.
Json read_cache(const std::filesystem::path& file) {
  const auto text = read_file(file, kLargestCache);
  if (!text) return Json::object();
  auto json = parse_json(*text);
  return json && json->is_object() ? *std::move(json) : Json::object();
}

std::string cached(const Json& cache, const std::string& library, const std::string& identity) {
  const auto entry = cache.find(library);
  if (entry == cache.end() || !entry->is_object() || entry->value("identity", Json()) != identity)
    return {};
  const Json hash = entry->value("sha256", Json());
  return hash.is_string() && is_sha256(hash.get_ref<const std::string&>()) ? hash.get<std::string>()
                                                                           : std::string();
}

}  // namespace

Result<std::string> library_sha256(const std::filesystem::path& library,
                                   const std::filesystem::path& cache_file) {
  if (cache_file.empty()) return sha256_of_file(library);
  struct stat info{};
  if (::stat(library.c_str(), &info) != 0) return system_error(library.string(), errno);
  std::error_code failed;
  const std::string key = std::filesystem::weakly_canonical(library, failed).string();
  const std::string identity = identity_of(info);
  Json cache = read_cache(cache_file);
  if (std::string known = cached(cache, key, identity); !known.empty()) return known;
  GLOWPLUG_ASSIGN(std::string hash, sha256_of_file(library));
  cache[key] = {{"identity", identity}, {"sha256", hash}};
  // The hash is right whether it can be kept or not.
  static_cast<void>(write_file_atomically(cache_file, canonical_json(cache), false));
  return hash;
}

}  // namespace glowplug::bundle
