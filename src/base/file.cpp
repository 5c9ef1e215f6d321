#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace glowplug {
namespace {

Code code_of(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
      return Code::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::permission_denied;
    case EEXIST:
      return Code::already_exists;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return Code::exhausted;
    case EINVAL:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
      return Code::invalid_argument;
    default:
      return Code::internal;
  }
}

std::string fix_of(int errno_value) {
  const bool full = errno_value == ENOSPC || errno_value == EDQUOT;
  return full ? "make room on that file system (df -h shows how full each is)" : "";
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

}  // namespace

Error system_error(std::string_view what, int errno_value) {
  return Error{code_of(errno_value),
               fmt::format("{}: {}", what, std::generic_category().message(errno_value)),
               fix_of(errno_value)};
}

Result<UniqueFd> open_file(const std::filesystem::path& path, int flags, unsigned mode) {
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd) return system_error("open " + path.string(), errno);
  return fd;
}

namespace {

struct RegularFile {
  UniqueFd fd;
  std::size_t size_bytes = 0;
};

/// Without waiting: a pipe blocks whoever opens it until somebody writes.
Result<RegularFile> open_regular(const std::filesystem::path& path) {
  RegularFile file;
  GLOWPLUG_ASSIGN(file.fd, open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  struct stat info{};
  if (::fstat(file.fd.get(), &info) != 0) return system_error("stat " + path.string(), errno);
  if (S_ISDIR(info.st_mode))
    return Error{Code::invalid_argument, path.string() + " is a folder, a file was expected", {}};
  if (!S_ISREG(info.st_mode))
    return Error{Code::invalid_argument, path.string() + " is not a regular file",
                 "copy what it gives to a file and name that"};
  file.size_bytes = static_cast<std::size_t>(info.st_size);
  return file;
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit_bytes) {
  GLOWPLUG_ASSIGN(const RegularFile file, open_regular(path));
  std::string text;
  std::size_t filled = 0;
  for (;;) {
    if (filled > limit_bytes) {
      return Error{Code::too_large,
                   fmt::format("{} has more than the {} bytes allowed", path.string(), limit_bytes),
                   {}};
    }
    if (filled == text.size())
      text.resize(filled + std::max<std::size_t>(
                               4096, file.size_bytes - std::min(filled, file.size_bytes) + 1));
    const ssize_t got = ::read(file.fd.get(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read " + path.string(), errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return text;
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                                   bool sync) {
  std::string temporary = path.string() + ".XXXXXX";
  UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return system_error("create " + temporary, errno);
  const auto give_up = [&](Error error) {
    ::unlink(temporary.c_str());
    return error;
  };
  if (auto wrote = write_all(fd.get(), bytes, path); !wrote)
    return give_up(std::move(wrote).error());
  if (::fchmod(fd.get(), 0644) != 0) return give_up(system_error("chmod " + temporary, errno));
  if (sync && ::fsync(fd.get()) != 0) return give_up(system_error("sync " + temporary, errno));
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return give_up(system_error("rename to " + path.string(), errno));
  if (sync) return sync_path(path.has_parent_path() ? path.parent_path() : ".");
  return {};
}

Result<void> sync_path(const std::filesystem::path& path) {
  GLOWPLUG_ASSIGN(const UniqueFd fd, open_file(path, O_RDONLY));
  if (::fsync(fd.get()) != 0) return system_error("sync " + path.string(), errno);
  return {};
}

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  GLOWPLUG_ASSIGN(const RegularFile file, open_regular(path));
  if (file.size_bytes == 0) return MappedFile({});
  void* address = ::mmap(nullptr, file.size_bytes, PROT_READ, MAP_PRIVATE, file.fd.get(), 0);
  if (address == MAP_FAILED) return system_error("map " + path.string(), errno);
  return MappedFile({static_cast<const std::byte*>(address), file.size_bytes});
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

Result<TemporaryFolder> TemporaryFolder::create(const std::filesystem::path& parent) {
  std::filesystem::path where = parent;
  if (where.empty()) {
    const char* environment = std::getenv("TMPDIR");
    where = environment != nullptr && *environment != '\0' ? environment : "/tmp";
  }
  std::string name = (where / "glowplug.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    return system_error("create a folder in " + where.string(), errno);
  return TemporaryFolder(name);
}

TemporaryFolder::~TemporaryFolder() {
  if (path_.empty()) return;
  std::error_code ignored;  // a folder left behind in a temporary place is no reason to fail
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace glowplug
