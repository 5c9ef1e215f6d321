#include "bundle/copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>

#include "base/file.h"
#include "base/sha256.h"

namespace glowplug::bundle {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
constexpr unsigned kFileMode = 0644;
constexpr unsigned kFolderMode = 0755;

/// Without waiting on a pipe, whatever lies there.
Result<UniqueFd> open_regular(const std::filesystem::path& path, int flags) {
  GLOWPLUG_ASSIGN(UniqueFd fd, open_file(path, O_RDONLY | O_NONBLOCK | flags));
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return system_error("stat " + path.string(), errno);
  if (!S_ISREG(info.st_mode))
    return Error{Code::invalid_argument, path.string() + " is not a regular file", {}};
  return fd;
}

/// Calls `take(piece)`, which returns Result<void>, with everything that can be read.
template <class Take>
Result<void> read_pieces(int fd, const std::filesystem::path& path, Take take) {
  // Not filled with zeros: that would touch every page of it for a file of a few bytes.
  const auto piece = std::make_unique_for_overwrite<char[]>(kPieceBytes);
  for (;;) {
    const ssize_t got = ::read(fd, piece.get(), kPieceBytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read " + path.string(), errno);
    if (got == 0) return {};
    GLOWPLUG_TRY(take(std::string_view(piece.get(), static_cast<std::size_t>(got))));
  }
}

Result<void> write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return system_error("write " + path.string(), errno);
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

Result<UniqueFd> open_new(const std::filesystem::path& path) {
  GLOWPLUG_ASSIGN(UniqueFd fd,
                  open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, kFileMode));
  if (::fchmod(fd.get(), kFileMode) != 0) return system_error("chmod " + path.string(), errno);
  return fd;
}

}  // namespace

Result<FileEntry> hash_regular_file(const std::filesystem::path& path) {
  GLOWPLUG_ASSIGN(const UniqueFd fd, open_regular(path, O_NOFOLLOW));
  Sha256 hash;
  FileEntry entry;
  GLOWPLUG_TRY(read_pieces(fd.get(), path, [&](std::string_view piece) -> Result<void> {
    hash.update(piece);
    entry.size_bytes += piece.size();
    return {};
  }));
  entry.sha256 = hash.hex();
  return entry;
}

Result<FileEntry> copy_regular_file(const std::filesystem::path& from,
                                    const std::filesystem::path& to) {
  GLOWPLUG_ASSIGN(const UniqueFd source, open_regular(from, 0));
  GLOWPLUG_ASSIGN(const UniqueFd target, open_new(to));
  Sha256 hash;
  FileEntry entry;
  GLOWPLUG_TRY(read_pieces(source.get(), from, [&](std::string_view piece) {
    hash.update(piece);
    entry.size_bytes += piece.size();
    return write_all(target.get(), piece, to);
  }));
  entry.sha256 = hash.hex();
  return entry;
}

Result<FileEntry> create_file(const std::filesystem::path& to, std::string_view bytes) {
  GLOWPLUG_ASSIGN(const UniqueFd target, open_new(to));
  GLOWPLUG_TRY(write_all(target.get(), bytes, to));
  return FileEntry{sha256_hex(bytes), bytes.size()};
}

Result<void> make_folders(const std::filesystem::path& root, const std::filesystem::path& below) {
  std::filesystem::path path = root;
  for (const auto& part : below) {
    path /= part;
    if (::mkdir(path.c_str(), kFolderMode) == 0) {
      if (::chmod(path.c_str(), kFolderMode) != 0)
        return system_error("chmod " + path.string(), errno);
    } else if (errno != EEXIST) {
      return system_error("create " + path.string(), errno);
    }
  }
  return {};
}

namespace {

/// The packages of a Python handler are thousands of files, and a disk takes milliseconds for each.
constexpr std::size_t kSyncedOneByOne = 64;

Result<void> sync_file_system(const std::filesystem::path& folder) {
  GLOWPLUG_ASSIGN(const UniqueFd opened, open_file(folder, O_RDONLY | O_DIRECTORY));
  if (::syncfs(opened.get()) != 0) return system_error("sync " + folder.string(), errno);
  return {};
}

}  // namespace

Result<void> sync_tree(const std::filesystem::path& folder) {
  std::error_code failed;
  std::size_t entries = 0;
  std::filesystem::recursive_directory_iterator walk(folder, failed);
  for (const auto end = std::filesystem::end(walk); !failed && walk != end;
       walk.increment(failed)) {
    if (++entries > kSyncedOneByOne) return sync_file_system(folder);
    GLOWPLUG_TRY(sync_path(walk->path()));
  }
  if (failed) return system_error("read " + folder.string(), failed.value());
  return sync_path(folder);
}

}  // namespace glowplug::bundle
