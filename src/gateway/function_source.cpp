#include "gateway/function_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "bundle/bundle.h"

namespace glowplug::gateway {
namespace {

bool same_settings(const FunctionSettings& a, const FunctionSettings& b) {
  return std::ranges::all_of(function_setting_rows(),
                             [&](const SettingRow& row) { return row.write(a) == row.write(b); });
}

class StoreSource : public FunctionSource {
 public:
  StoreSource(store::Store opened, GivenSettings defaults)
      : store_(std::move(opened)), defaults_(std::move(defaults)) {}

  Result<std::vector<Listed>> all() override {
    GLOWPLUG_ASSIGN(const std::vector<store::Function> functions, store_.functions());
    std::vector<Listed> listed;
    for (const store::Function& function : functions) {
      const auto live = function.aliases.find(std::string(store::kLive));
      listed.push_back(
          {function.name, live == function.aliases.end() ? "" : live->second, one(function.name)});
    }
    return listed;
  }

  Result<Wanted> one(const std::string& name) override {
    GLOWPLUG_ASSIGN(const store::Resolved live, store_.resolve(name));
    auto settings = apply({}, defaults_);
    if (settings) settings = apply(*std::move(settings), live.settings);
    if (!settings) return std::move(settings).error().in("settings of " + name);
    return Wanted{live.function, live.version, live.digest, live.folder, *settings};
  }

  Result<std::optional<store::Lease>> lease(const Wanted& wanted) override {
    GLOWPLUG_ASSIGN(store::Lease held, store_.lease(wanted.digest));
    return std::optional(std::move(held));
  }

  std::filesystem::path library_cache() const override { return store_.library_cache(); }

 private:
  store::Store store_;
  GivenSettings defaults_;
};

class BundleSource : public FunctionSource {
 public:
  explicit BundleSource(const FunctionSettings& settings) : settings_(settings) {}

  Result<void> add(const std::filesystem::path& folder) {
    std::error_code error;
    const auto absolute = std::filesystem::canonical(folder, error);
    if (error) {
      return Error{Code::not_found, fmt::format("there is no bundle {}", folder.string()),
                   "glowplug export MODEL.onnx --name NAME makes one"};
    }
    GLOWPLUG_ASSIGN(const bundle::Manifest manifest, bundle::read_manifest(absolute));
    const auto [place, is_new] = bundles_.emplace(manifest.name, Known{absolute, {}, 0});
    if (!is_new) {
      return Error{Code::invalid_argument,
                   fmt::format("{} and {} are both named {}", place->second.folder.string(),
                               absolute.string(), manifest.name),
                   "add one of them to the store under another name: glowplug add BUNDLE --name "
                   "NAME"};
    }
    return {};
  }

  Result<std::vector<Listed>> all() override {
    std::vector<Listed> listed;
    for (const auto& [name, known] : bundles_) {
      auto wanted = one(name);
      listed.push_back({name, std::to_string(known.version), std::move(wanted)});
    }
    return listed;
  }

  Result<Wanted> one(const std::string& name) override {
    const auto found = bundles_.find(name);
    if (found == bundles_.end()) {
      return Error{
          Code::not_found, fmt::format("no bundle named \"{}\" was given to serve", name), {}};
    }
    Known& known = found->second;
    GLOWPLUG_ASSIGN(const bundle::Manifest manifest, bundle::read_manifest(known.folder));
    const std::string digest = bundle::digest_of(manifest);
    if (digest != known.digest) ++known.version;
    known.digest = digest;
    return Wanted{name, std::to_string(known.version), digest, known.folder, settings_};
  }

  Result<std::optional<store::Lease>> lease(const Wanted& /*wanted*/) override {
    return std::optional<store::Lease>();
  }

  std::filesystem::path library_cache() const override { return {}; }

 private:
  struct Known {
    std::filesystem::path folder;
    std::string digest;  // empty: not looked at yet
    int version = 0;
  };
  FunctionSettings settings_;
  std::map<std::string, Known> bundles_;
};

}  // namespace

bool Wanted::same_as(const Wanted& other) const {
  return name == other.name && version == other.version && digest == other.digest &&
         folder == other.folder && same_settings(settings, other.settings);
}

std::unique_ptr<FunctionSource> make_store_source(store::Store opened, GivenSettings defaults) {
  return std::make_unique<StoreSource>(std::move(opened), std::move(defaults));
}

Result<std::unique_ptr<FunctionSource>> make_bundle_source(
    const std::vector<std::filesystem::path>& folders, const GivenSettings& defaults) {
  GLOWPLUG_ASSIGN(const FunctionSettings settings, apply({}, defaults));
  auto source = std::make_unique<BundleSource>(settings);
  for (const auto& folder : folders) GLOWPLUG_TRY(source->add(folder));
  return std::unique_ptr<FunctionSource>(std::move(source));
}

}  // namespace glowplug::gateway
