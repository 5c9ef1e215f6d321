#include "runtime/bundle_assets.h"

namespace glowplug::runtime {

Result<std::span<const std::byte>> BundleAssets::get(std::string_view name) {
  const auto known = files_.find(name);
  if (known != files_.end()) return known->second.bytes();
  if (name.empty() || name.find("..") != std::string_view::npos || name.front() == '/')
    return invalid_argument("\"" + std::string(name) + "\" is no name of an asset");
  GLOWPLUG_ASSIGN(MappedFile file, MappedFile::open(folder_ / name));
  return files_.emplace(name, std::move(file)).first->second.bytes();
}

}  // namespace glowplug::runtime
