#include "engine/code/scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

namespace glowplug::engine::code {
namespace {

constexpr int kMostLevels = 64;

bool remove_all_in(int folder, int levels);

/// With the owner's rights, if need be given back.
int open_folder(int parent, const char* name) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  const int opened = ::openat(parent, name, kFlags | O_NOFOLLOW);
  if (opened >= 0) (void)::fchmod(opened, S_IRWXU);
  if (opened >= 0 || errno != EACCES) return opened;
  const int found = ::openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (found < 0) return -1;
  const std::string path = "/proc/self/fd/" + std::to_string(found);
  const int again =
      ::chmod(path.c_str(), S_IRWXU) == 0 ? ::openat(parent, name, kFlags | O_NOFOLLOW) : -1;
  ::close(found);
  return again;
}

bool remove_entry(int folder, const char* name, int levels) {
  if (::unlinkat(folder, name, 0) == 0) return true;
  const int inner = open_folder(folder, name);
  if (inner < 0) return false;
  const bool empty = remove_all_in(inner, levels - 1);
  return ::unlinkat(folder, name, AT_REMOVEDIR) == 0 && empty;
}

/// Takes `folder`.
bool remove_all_in(int folder, int levels) {
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(folder), ::closedir);
  if (!listing || levels == 0) return false;
  bool all = true;
  while (const dirent* entry = ::readdir(listing.get())) {  // NOLINT(concurrency-mt-unsafe)
    const char* const name = static_cast<const char*>(entry->d_name);
    const bool itself = std::string_view(name) == "." || std::string_view(name) == "..";
    if (!itself) all = remove_entry(folder, name, levels) && all;
  }
  return all;
}

}  // namespace

bool empty_folder(const std::filesystem::path& folder) {
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  return opened >= 0 && remove_all_in(opened, kMostLevels);
}

}  // namespace glowplug::engine::code
