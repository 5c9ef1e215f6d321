#include <cerrno>
#include <cstdio>

#include "base/file.h"
#include "store/bundle_folders.h"
#include "store/database.h"
#include "store/folder_lock.h"
#include "store/incoming.h"
#include "store/index.h"
#include "store/store.h"

namespace glowplug::store {
namespace {

/// Digests of bundles that no version names.
Result<std::vector<std::string>> unnamed_digests(Database& database,
                                                 const std::filesystem::path& home) {
  GLOWPLUG_ASSIGN(const auto named, index::digests(database));
  GLOWPLUG_ASSIGN(auto stored, stored_digests(home));
  std::erase_if(stored, [&named](const std::string& digest) { return named.contains(digest); });
  return stored;
}

/// Nullopt if another process removed it meanwhile.
Result<std::optional<Garbage>> look_at(const std::filesystem::path& home,
                                       const std::string& digest) {
  const std::filesystem::path folder = bundle_folder(home, digest);
  Garbage garbage{digest, folder_size(folder), false};
  const auto lock = try_lock_folder(folder, LockKind::exclusive);
  if (!lock && lock.error().code == Code::not_found) return std::optional<Garbage>();
  if (!lock) return lock.error();
  garbage.in_use = !lock->has_value();
  return std::optional<Garbage>(std::move(garbage));
}

/// Moves a bundle out of the store unless it is leased. Who leases it from now on finds that it is
/// not there any more.
Result<Garbage> move_out(const std::filesystem::path& home, const std::string& digest,
                         const std::filesystem::path& into) {
  const std::filesystem::path folder = bundle_folder(home, digest);
  Garbage garbage{digest, folder_size(folder), false};
  GLOWPLUG_ASSIGN(const auto lock, try_lock_folder(folder, LockKind::exclusive));
  garbage.in_use = !lock.has_value();
  if (lock && ::rename(folder.c_str(), (into / digest).c_str()) != 0)
    return system_error("rename " + folder.string(), errno);
  return garbage;
}

}  // namespace

Result<std::vector<Garbage>> Store::garbage() const {
  std::vector<Garbage> found;
  GLOWPLUG_ASSIGN(const auto digests, unnamed_digests(*database_, home_));
  for (const std::string& digest : digests) {
    GLOWPLUG_ASSIGN(auto one, look_at(home_, digest));
    if (one) found.push_back(*std::move(one));
  }
  return found;
}

Result<std::vector<Garbage>> Store::collect_garbage() {
  GLOWPLUG_TRY(must_be_writable());
  GLOWPLUG_ASSIGN(const Incoming trash, Incoming::create(home_));
  std::vector<Garbage> collected;
  // The transaction keeps others from adding one of these bundles while they are moved out. It
  // changes nothing; what was moved is deleted with `trash`, after it.
  GLOWPLUG_ASSIGN(const Transaction transaction, Transaction::begin(*database_));
  GLOWPLUG_ASSIGN(const auto digests, unnamed_digests(*database_, home_));
  for (const std::string& digest : digests) {
    GLOWPLUG_ASSIGN(Garbage one, move_out(home_, digest, trash.folder()));
    collected.push_back(std::move(one));
  }
  return collected;
}

}  // namespace glowplug::store
