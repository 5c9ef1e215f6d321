#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/function_settings.h"
#include "store/store.h"

namespace glowplug::gateway {

/// A function version as it should be served.
struct Wanted {
  std::string name;
  std::string version;
  std::string digest;
  std::filesystem::path folder;  ///< the bundle, absolute
  FunctionSettings settings;

  /// Whether serving one is serving the other.
  [[nodiscard]] bool same_as(const Wanted& other) const;
};

/// One name of a source; the error says why it cannot be served.
struct Listed {
  std::string name;
  std::string version;  ///< empty if not even that is known
  Result<Wanted> wanted;
};

/// Where `serve` takes its functions from. Reads disks and may wait for locks: on one thread at a
/// time, not on the loop's.
class FunctionSource {
 public:
  virtual ~FunctionSource() = default;
  /// Everything there is now, sorted by name. Errors: those of the store.
  [[nodiscard]] virtual Result<std::vector<Listed>> all() = 0;
  /// Errors: not_found, and why it cannot be served.
  [[nodiscard]] virtual Result<Wanted> one(const std::string& name) = 0;
  /// Keeps the bundle from being collected as long as the result lives; nothing where nobody
  /// collects. Errors: not_found (it is gone).
  [[nodiscard]] virtual Result<std::optional<store::Lease>> lease(const Wanted& wanted) = 0;
  /// Where library_sha256 keeps its results; empty: nowhere.
  [[nodiscard]] virtual std::filesystem::path library_cache() const = 0;
};

/// All functions of a store, each at its alias `live`. A function's own record beats `defaults`.
[[nodiscard]] std::unique_ptr<FunctionSource> make_store_source(store::Store opened,
                                                                GivenSettings defaults);

/// These bundles, named by their manifests. A bundle that was changed in place is the next version.
/// Errors: not_found, invalid_argument (not a bundle, or two of one name).
[[nodiscard]] Result<std::unique_ptr<FunctionSource>> make_bundle_source(
    const std::vector<std::filesystem::path>& folders, const GivenSettings& defaults);

}  // namespace glowplug::gateway
