#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "base/file.h"
#include "handler/assets.h"

namespace glowplug::runtime {

/// The files in BUNDLE/assets/, mapped and kept. A template calls it while it may read them.
class BundleAssets final : public handler::Assets {
 public:
  explicit BundleAssets(const std::filesystem::path& bundle) : folder_(bundle / "assets") {}
  [[nodiscard]] Result<std::span<const std::byte>> get(std::string_view name) override;

 private:
  std::filesystem::path folder_;
  std::map<std::string, MappedFile, std::less<>> files_;
};

}  // namespace glowplug::runtime
