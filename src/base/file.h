#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace glowplug {

/// Error of a failed system call: its text is "what: reason of errno"; code by errno (not_found,
/// permission_denied, exhausted, internal …).
[[nodiscard]] Error system_error(std::string_view what, int errno_value);

/// The whole of a regular file; pipes and devices are refused without waiting for them. Errors:
/// not_found, permission_denied, invalid_argument (no regular file), too_large (more than
/// `limit_bytes`), internal.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            std::size_t limit_bytes = std::size_t{1} << 31);
/// Writes a new file beside `path`, syncs it and renames it over `path`: afterwards there is the
/// old or the new one, never half.
[[nodiscard]] Result<void> write_file_atomically(const std::filesystem::path& path,
                                                 std::string_view bytes, bool sync = true);
/// Syncs a file or folder to the disk.
[[nodiscard]] Result<void> sync_path(const std::filesystem::path& path);
[[nodiscard]] Result<UniqueFd> open_file(const std::filesystem::path& path, int flags,
                                         unsigned mode = 0644);

/// A regular file mapped read-only; its bytes stay where they are as long as the object (or what it
/// was moved into) lives.
class MappedFile {
 public:
  [[nodiscard]] static Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MappedFile();
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::span<const std::byte> bytes_;
};

/// A new folder, mode 0700, removed with all it holds when the object is destroyed.
class TemporaryFolder {
 public:
  /// Under `parent`, or $TMPDIR, or /tmp.
  [[nodiscard]] static Result<TemporaryFolder> create(const std::filesystem::path& parent = {});
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Keeps the folder; the object no longer removes it.
  std::filesystem::path release() { return std::exchange(path_, {}); }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace glowplug
