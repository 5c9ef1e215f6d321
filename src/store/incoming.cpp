#include "store/incoming.h"

#include <cstdlib>
#include <optional>
#include <system_error>

#include "base/file.h"
#include "store/folder_lock.h"

namespace glowplug::store {

Result<Incoming> Incoming::create(const std::filesystem::path& home) {
  GLOWPLUG_ASSIGN(const UniqueFd gate, lock_folder(home, LockKind::exclusive));
  GLOWPLUG_ASSIGN(TemporaryFolder made, TemporaryFolder::create(home / "incoming"));
  GLOWPLUG_ASSIGN(UniqueFd lock, lock_folder(made.path(), LockKind::exclusive));
  return Incoming(made.release(), std::move(lock));
}

Incoming::~Incoming() {
  if (folder_.empty()) return;
  std::error_code ignored;  // what stays is cleared away when the store is opened again
  std::filesystem::remove_all(folder_, ignored);
}

Result<void> clear_incoming(const std::filesystem::path& home) {
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(home / "incoming", failed), end;
       !failed && entry != end; entry.increment(failed)) {
    const auto lock = try_lock_folder(entry->path(), LockKind::exclusive);
    if (!lock && lock.error().code == Code::not_found) continue;  // its process just finished
    if (!lock) return lock.error();
    std::error_code ignored;  // tried again next time
    if (lock->has_value()) std::filesystem::remove_all(entry->path(), ignored);
  }
  if (failed) return system_error("read " + (home / "incoming").string(), failed.value());
  return {};
}

}  // namespace glowplug::store
