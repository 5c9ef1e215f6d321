#include "store/store.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/file.h"
#include "bundle/json_fields.h"
#include "bundle/name.h"
#include "store/bundle_folders.h"
#include "store/database.h"
#include "store/folder_lock.h"
#include "store/index.h"
#include "store/open_store.h"

namespace glowplug::store {
namespace {

/// Names of the aliases that point to a version.
std::vector<std::string> aliases_of(const Function& function, std::string_view version) {
  std::vector<std::string> names;
  for (const auto& [alias, number] : function.aliases) {
    if (number == version) names.push_back(alias);
  }
  return names;
}

Result<void> check_no_alias(const Function& function, const Version& version) {
  const auto names = aliases_of(function, version.version);
  if (names.empty()) return {};
  return Error{
      Code::failed_precondition,
      fmt::format("version {} of \"{}\" is what {} points to", version.version, function.name,
                  fmt::join(names, ", ")),
      fmt::format("move the alias first (glowplug alias {} {} VERSION), or remove the whole "
                  "function (glowplug remove {})",
                  function.name, names.front(), function.name)};
}

}  // namespace

Store::Store(std::filesystem::path home, bool writable, std::unique_ptr<Database> database)
    : home_(std::move(home)), writable_(writable), database_(std::move(database)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<bool> Store::is_there(const std::filesystem::path& home) { return store::is_there(home); }

Result<Store> Store::open(const std::filesystem::path& home) {
  // Absolute, so that a lease and the folders that are given out stay right after a chdir.
  std::error_code failed;
  std::filesystem::path place = std::filesystem::absolute(home, failed).lexically_normal();
  if (failed) return system_error("store " + home.string(), failed.value());
  auto opened = open_index(place);
  if (!opened) return std::move(opened).error().in("store");
  return Store(std::move(place), opened->writable,
               std::make_unique<Database>(std::move(opened->database)));
}

std::filesystem::path Store::folder_of(std::string_view digest) const {
  return bundle_folder(home_, digest);
}

Result<void> Store::must_be_writable() const {
  if (writable_) return {};
  return Error{Code::permission_denied,
               fmt::format("the store in {} may only be read", home_.string()),
               "run as a user who may write there, or choose another folder with GLOWPLUG_HOME"};
}

Result<void> Store::put_prepared(std::string_view digest, bundle::PreparedIndex index,
                                 const std::filesystem::path& from) {
  GLOWPLUG_TRY(must_be_writable());
  GLOWPLUG_ASSIGN(const Lease held, lease(digest));
  GLOWPLUG_TRY(bundle::put_prepared(held.folder(), std::move(index), from));
  return {};
}

Result<Removed> Store::remove(std::string_view function, std::optional<std::string_view> version) {
  GLOWPLUG_TRY(must_be_writable());
  GLOWPLUG_ASSIGN(Transaction transaction, Transaction::begin(*database_));
  GLOWPLUG_ASSIGN(const Function found, index::function(*database_, function));
  Removed removed;
  if (version) {
    GLOWPLUG_ASSIGN(const Version gone, index::version(found, *version));
    GLOWPLUG_TRY(check_no_alias(found, gone));
    GLOWPLUG_TRY(index::delete_version(*database_, function, gone.version));
    removed.versions = {gone.version};
  } else {
    GLOWPLUG_TRY(index::delete_function(*database_, function));
    for (const Version& gone : found.versions) removed.versions.push_back(gone.version);
    removed.function_gone = true;
  }
  GLOWPLUG_TRY(index::note(*database_, function, "remove",
                           fmt::format("version {}{}", fmt::join(removed.versions, ", "),
                                       removed.function_gone ? ", the function" : "")));
  GLOWPLUG_TRY(transaction.commit());
  return removed;
}

Result<void> Store::set_alias(std::string_view function, std::string_view alias,
                              std::string_view version) {
  GLOWPLUG_TRY(must_be_writable());
  GLOWPLUG_TRY(bundle::check_name("alias", alias));
  if (index::is_version_number(alias))
    return Error{Code::invalid_argument,
                 fmt::format("alias \"{}\" is a number; numbers are versions", alias),
                 {}};
  GLOWPLUG_ASSIGN(Transaction transaction, Transaction::begin(*database_));
  GLOWPLUG_ASSIGN(const Function found, index::function(*database_, function));
  GLOWPLUG_ASSIGN(const Version target, index::version(found, version));
  GLOWPLUG_TRY(index::put_alias(*database_, function, alias, target.version));
  GLOWPLUG_TRY(index::note(*database_, function, "alias",
                           fmt::format("{} to version {}", alias, target.version)));
  return transaction.commit();
}

Result<void> Store::remove_alias(std::string_view function, std::string_view alias) {
  GLOWPLUG_TRY(must_be_writable());
  if (alias == kLive)
    return Error{Code::failed_precondition, "alias \"live\" has to stay: it is what is served", {}};
  GLOWPLUG_ASSIGN(Transaction transaction, Transaction::begin(*database_));
  GLOWPLUG_ASSIGN(const Function found, index::function(*database_, function));
  if (!found.aliases.contains(std::string(alias)))
    return Error{
        Code::not_found, fmt::format("function \"{}\" has no alias \"{}\"", function, alias), {}};
  GLOWPLUG_TRY(index::delete_alias(*database_, function, alias));
  GLOWPLUG_TRY(index::note(*database_, function, "alias", fmt::format("{} removed", alias)));
  return transaction.commit();
}

Result<void> Store::set_settings(std::string_view function, const GivenSettings& settings) {
  GLOWPLUG_TRY(must_be_writable());
  GLOWPLUG_TRY(apply({}, settings));
  GLOWPLUG_ASSIGN(Transaction transaction, Transaction::begin(*database_));
  GLOWPLUG_TRY(index::function(*database_, function));
  GLOWPLUG_TRY(index::put_settings(*database_, function, settings));
  GLOWPLUG_TRY(index::note(*database_, function, "settings", Json(settings).dump()));
  return transaction.commit();
}

Result<std::vector<Function>> Store::functions() const {
  GLOWPLUG_ASSIGN(const Transaction state, Transaction::begin(*database_, Transaction::Kind::read));
  return index::functions(*database_);
}

Result<Resolved> Store::resolve(std::string_view function, std::string_view reference) const {
  GLOWPLUG_ASSIGN(const Transaction state, Transaction::begin(*database_, Transaction::Kind::read));
  GLOWPLUG_ASSIGN(Function found, index::function(*database_, function));
  GLOWPLUG_ASSIGN(Version version, index::version(found, reference));
  std::filesystem::path folder = folder_of(version.digest);
  return Resolved{std::move(found.name), std::move(version.version), std::move(version.digest),
                  std::move(folder), std::move(found.settings)};
}

Result<Lease> Store::lease(std::string_view digest) const {
  if (!bundle::is_sha256(digest))
    return Error{Code::not_found, fmt::format("\"{}\" is no digest of a bundle", digest), {}};
  std::filesystem::path folder = folder_of(digest);
  auto lock = lock_folder(folder, LockKind::shared);
  if (lock) return Lease(std::move(folder), *std::move(lock));
  if (lock.error().code != Code::not_found) return std::move(lock).error();
  return Error{
      Code::not_found, fmt::format("the store has no bundle {}", bundle::short_digest(digest)), {}};
}

Result<std::vector<HistoryEntry>> Store::history(std::optional<std::string_view> function) const {
  return index::history(*database_, function);
}

}  // namespace glowplug::store
