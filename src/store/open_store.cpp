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
constexpr std::uintmax_t kLittleRoomBytes = 4 << 20;

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

bool is_missing_or_empty(const std::filesystem::path& file, std::error_code& failed) {
  const auto size = std::filesystem::file_size(file, failed);
  if (failed == std::errc::no_such_file_or_directory) failed.clear();
  return failed ? false : size == 0 || size == static_cast<std::uintmax_t>(-1);
}

bool may_write(const std::filesystem::path& home) {
  return ::faccessat(AT_FDCWD, home.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

Result<void> make_folder(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST)
    return system_error("create " + folder.string(), errno);
  return {};
}

/// A new index lies in its write-ahead log only; once it is in its own file, one without content is
/// known to be damaged. And a log that was copied to the index is written over from its start,
/// which a full disk has room for.
bool log_is_to_be_emptied(const std::filesystem::path& index) {
  std::error_code failed;
  if (is_missing_or_empty(index, failed)) return true;
  const auto space = std::filesystem::space(index, failed);
  return !failed && space.available < kLittleRoomBytes;
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
  if (log_is_to_be_emptied(file)) GLOWPLUG_TRY(database.execute("PRAGMA wal_checkpoint"));
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

Error not_readable(const std::filesystem::path& home, const std::error_code& why) {
  Error error = system_error("the store in " + home.string() + " cannot be read", why.value());
  error.fix = "run as the user that it belongs to, or choose another folder with GLOWPLUG_HOME";
  return error;
}

}  // namespace

Result<bool> is_there(const std::filesystem::path& home) {
  std::error_code failed;
  const auto kind = std::filesystem::status(home, failed).type();
  if (kind == std::filesystem::file_type::not_found && failed != std::errc::not_a_directory)
    return false;
  if (failed) return not_readable(home, failed);
  if (kind != std::filesystem::file_type::directory)
    return not_readable(home, std::make_error_code(std::errc::not_a_directory));
  const bool no_index = is_missing_or_empty(home / kIndexFile, failed);
  if (failed) return not_readable(home, failed);
  if (!no_index) return true;
  const std::filesystem::directory_iterator bundles(home / "bundles", failed);
  if (failed == std::errc::no_such_file_or_directory) return false;
  if (failed) return not_readable(home, failed);
  if (bundles == std::filesystem::directory_iterator()) return false;
  return Error{
      Code::failed_precondition,
      fmt::format("the store in {} holds bundles, but its index.sqlite is missing or empty",
                  home.string()),
      fmt::format("put index.sqlite back from a copy; or move {} away and add its bundles "
                  "again: glowplug add FOLDER",
                  (home / "bundles").string())};
}

Result<OpenedIndex> open_index(const std::filesystem::path& home) {
  GLOWPLUG_TRY(is_there(home));
  GLOWPLUG_TRY(make_home(home));
  if (may_write(home)) return open_for_writing(home);
  return open_for_reading(home);
}

}  // namespace glowplug::store
