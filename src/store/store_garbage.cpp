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
    const std::filesystem::path folder = folder_of(digest);
    const auto lock = try_lock_folder(folder, LockKind::exclusive);
    if (!lock && lock.error().code == Code::not_found) continue;  // another process removed it
    if (!lock) return lock.error();
    found.push_back({digest, folder_size(folder), !lock->has_value()});
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
