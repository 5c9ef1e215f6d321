#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "bundle/bundle.h"
#include "bundle/prepared.h"
#include "model/function_settings.h"

namespace glowplug::store {

class Database;

inline constexpr std::string_view kLive = "live";

/// One bundle under a function's name.
struct Version {
  std::string version;  ///< "1", "2" …: never used twice while the function is there
  std::string digest;
  std::int64_t added_unix_ms = 0;
};

/// A name that is served.
struct Function {
  std::string name;
  GivenSettings settings;                      ///< its own record, laid over all defaults
  std::vector<Version> versions;               ///< oldest first; never empty
  std::map<std::string, std::string> aliases;  ///< alias to version; has "live"
};

/// What a function's version or alias stands for.
struct Resolved {
  std::string function;
  std::string version;
  std::string digest;
  std::filesystem::path folder;  ///< the bundle
  GivenSettings settings;
};

struct Added {
  std::string version;
  std::string digest;
  std::filesystem::path folder;
  bool is_new = false;  ///< false: the function had this digest already
  std::string live;     ///< the version that `live` points to now
};

struct Removed {
  std::vector<std::string> versions;  ///< those that are gone
  bool function_gone = false;
};

/// One bundle that no version names.
struct Garbage {
  std::string digest;
  std::uint64_t size_bytes = 0;
  bool in_use = false;  ///< leased by a running process: kept
};

/// One line of what happened to a function.
struct HistoryEntry {
  std::int64_t unix_ms = 0;
  std::string function;
  std::string event;  ///< "add", "alias", "settings", "remove"
  std::string detail;
};

/// Keeps a bundle from being collected while it lives; one a process and bundle is enough. Held as
/// a shared flock on the bundle's folder, so it ends with the process, however that ends.
class Lease {
 public:
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  friend class Store;
  Lease(std::filesystem::path folder, UniqueFd fd)
      : folder_(std::move(folder)), fd_(std::move(fd)) {}
  std::filesystem::path folder_;
  UniqueFd fd_;
};

/// Functions, versions, aliases and bundles of one machine, in a folder:
///
///     index.sqlite           functions, versions, aliases, history (WAL, synchronous=FULL; the log
///                            stays and is written over: a full disk has room for it)
///     index.sqlite.schema-N  what the index was before it was brought from schema N to this one
///     bundles/DIGEST/        the bundles, whole and synced before the index names them
///     incoming/              what is being added or removed; a dead process's part is cleared away
///
/// Any number of processes may use one store at once. kill -9 at any moment loses nothing that was
/// acknowledged and leaves no half bundle. One object is for one thread at a time.
/// Every call may fail with `unavailable` (another process held the index for longer than 10 s),
/// `exhausted` (disk full), `permission_denied` (writing to a store that cannot be written) and
/// `internal` (the disk, or a damaged index).
class Store {
 public:
  /// Whether `home` holds a store. Errors: permission_denied and not_found (it cannot be looked
  /// into), failed_precondition (its bundles are there, and the index that names them is not).
  [[nodiscard]] static Result<bool> is_there(const std::filesystem::path& home);
  /// Makes the folder if it is not there. A folder that cannot be written is opened for reading.
  /// Errors: failed_precondition (the index is of a newer program), permission_denied.
  [[nodiscard]] static Result<Store> open(const std::filesystem::path& home);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  [[nodiscard]] bool writable() const { return writable_; }
  /// Where library_sha256 may keep its results.
  [[nodiscard]] std::filesystem::path library_cache() const { return home_ / "libraries.json"; }

  /// Copies the bundle in `folder` in (checked by hash; without its prepared forms, which were not
  /// made here: rebuild them in `Added::folder`) and makes it the newest version of `function`,
  /// with `live` on it. The same digest again is the version it already is; `live` stays.
  /// `settings` are laid over the function's record. Errors: those of Bundle::open and apply;
  /// invalid_argument (a bad name).
  [[nodiscard]] Result<Added> add(const std::filesystem::path& folder, std::string_view function,
                                  const GivenSettings& settings = {});
  /// Keeps a prepared form made on this machine: bundle::put_prepared on the stored bundle, under a
  /// lease. Errors: not_found, those of put_prepared.
  [[nodiscard]] Result<void> put_prepared(std::string_view digest, bundle::PreparedIndex index,
                                          const std::filesystem::path& from);
  /// Removes a version, or the function with all of them. Bundles stay until collect_garbage.
  /// Errors: not_found (with "did you mean"); failed_precondition (an alias points to the version).
  [[nodiscard]] Result<Removed> remove(std::string_view function,
                                       std::optional<std::string_view> version = std::nullopt);
  /// Errors: not_found; invalid_argument (a bad name, or one that is a number).
  [[nodiscard]] Result<void> set_alias(std::string_view function, std::string_view alias,
                                       std::string_view version);
  /// Errors: not_found; failed_precondition (`live` has to stay).
  [[nodiscard]] Result<void> remove_alias(std::string_view function, std::string_view alias);
  /// Replaces the function's record. Errors: not_found; those of apply.
  [[nodiscard]] Result<void> set_settings(std::string_view function, const GivenSettings& settings);

  /// Sorted by name.
  [[nodiscard]] Result<std::vector<Function>> functions() const;
  /// `reference`: a version or an alias. Errors: not_found (with "did you mean").
  [[nodiscard]] Result<Resolved> resolve(std::string_view function,
                                         std::string_view reference = kLive) const;
  /// Errors: not_found (no such bundle, or just collected: resolve again).
  [[nodiscard]] Result<Lease> lease(std::string_view digest) const;
  /// Oldest first, of one function or of all.
  [[nodiscard]] Result<std::vector<HistoryEntry>> history(
      std::optional<std::string_view> function = std::nullopt) const;

  /// Bundles that no version names; changes nothing.
  [[nodiscard]] Result<std::vector<Garbage>> garbage() const;
  /// Removes them but for those in use; returns what garbage() would have.
  [[nodiscard]] Result<std::vector<Garbage>> collect_garbage();

 private:
  Store(std::filesystem::path home, bool writable, std::unique_ptr<Database> database);
  [[nodiscard]] std::filesystem::path folder_of(std::string_view digest) const;
  [[nodiscard]] Result<void> must_be_writable() const;
  std::filesystem::path home_;
  bool writable_ = false;
  std::unique_ptr<Database> database_;
};

}  // namespace glowplug::store
