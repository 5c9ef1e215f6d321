#include "store/open_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/file.h"
#include "store/folder_lock.h"
#include "store/incoming.h"
#include "store/schema.h"

namespace glowplug::store {
namespace {

constexpr const char* kIndexFile = "index.sqlite";

/// The folder and those above it. Models may be secret: others may not look in.
Result<void> make_home(const std::filesystem::path& home) {
  std::error_code failed;
  if (std::filesystem::is_directory(home, failed)) return {};
  if (home.has_parent_path()) std::filesystem::create_directories(home.parent_path(), failed);
  if (failed) return system_error("create " + home.parent_path().string(), failed.value());
  if (::mkdir(home.c_str(), 0700) != 0 && errno != EEXIST)
    return system_error("create " + home.string(), errno);
  return {};
}

bool may_write(const std::filesystem::path& home) {
  return ::faccessat(AT_FDCWD, home.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

Result<void> make_folder(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST)
    return system_error("create " + folder.string(), errno);
  return {};
}

Result<OpenedIndex> open_for_writing(const std::filesystem::path& home) {
  // One process at a time: two that switch a new index to its write-ahead log at once disturb each
  // other, and folders in incoming/ are made under the same lock.
  GLOWPLUG_ASSIGN(const UniqueFd gate, lock_folder(home, LockKind::exclusive));
  GLOWPLUG_TRY(make_folder(home / "bundles"));
  GLOWPLUG_TRY(make_folder(home / "incoming"));
  GLOWPLUG_TRY(clear_incoming(home));
  const std::filesystem::path file = home / kIndexFile;
  GLOWPLUG_ASSIGN(Database database, Database::open(file, Database::Access::write));
  GLOWPLUG_TRY(migrate(database, file, migrations()));
  GLOWPLUG_TRY(sync_path(home));
  return OpenedIndex{std::move(database), true};
}

Result<OpenedIndex> open_as(const std::filesystem::path& file, Database::Access access) {
  GLOWPLUG_ASSIGN(Database database, Database::open(file, access));
  GLOWPLUG_TRY(check_schema(database, file, migrations()));
  return OpenedIndex{std::move(database), false};
}

/// A write-ahead log needs its shared memory file, which cannot be made in a folder that cannot be
/// written; where it is not there, nobody is writing.
Result<OpenedIndex> open_for_reading(const std::filesystem::path& home) {
  const std::filesystem::path file = home / kIndexFile;
  std::error_code failed;
  if (!std::filesystem::exists(file, failed))
    return Error{Code::permission_denied,
                 fmt::format("there is no store in {}, and none can be made there", home.string()),
                 "choose another folder with GLOWPLUG_HOME"};
  auto opened = open_as(file, Database::Access::read);
  if (!opened && opened.error().code == Code::permission_denied)
    return open_as(file, Database::Access::snapshot);
  return opened;
}

}  // namespace

Result<OpenedIndex> open_index(const std::filesystem::path& home) {
  GLOWPLUG_TRY(make_home(home));
  if (may_write(home)) return open_for_writing(home);
  return open_for_reading(home);
}

}  // namespace glowplug::store
