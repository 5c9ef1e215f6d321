#include "runtime/inherited_pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/file.h"

namespace glowplug::runtime {
namespace {

constexpr std::size_t kWorthIt = std::size_t{64} << 10;  // what one fault brings

struct Mapping {
  std::uintptr_t first = 0, end = 0;
  int protection = 0;
};

/// A line of /proc/self/maps, proc_pid_maps(5): "first-end rwxp offset device inode path". Nothing
/// for those that children may not, or need not, be given: without a file, shared, writable,
/// unreadable, small.
std::optional<Mapping> inheritable(std::string_view line) {
  constexpr int kHexadecimal = 16;
  Mapping found;
  const char* const end = line.data() + line.size();
  const auto first = std::from_chars(line.data(), end, found.first, kHexadecimal);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '-') return std::nullopt;
  const auto last = std::from_chars(first.ptr + 1, end, found.end, kHexadecimal);
  if (last.ec != std::errc{} || end - last.ptr < 6) return std::nullopt;
  const std::string_view flags(last.ptr + 1, 4);
  if (line.find(" /") == std::string_view::npos || flags[0] != 'r' || flags[1] != '-' ||
      flags[3] != 'p' || found.end - found.first < kWorthIt)
    return std::nullopt;
  found.protection = flags[2] == 'x' ? PROT_READ | PROT_EXEC : PROT_READ;
  return found;
}

/// The code of this function may lie in the mapping, so it stays executable meanwhile.
bool own_a_page(const Mapping& mapping) {
  // As long as nothing else is known of it than what the kernel just said.
  auto* const start = reinterpret_cast<char*>(mapping.first);  // NOLINT(performance-no-int-to-ptr)
  const std::size_t bytes = mapping.end - mapping.first;
  if (::mprotect(start, bytes, mapping.protection | PROT_WRITE) != 0) return false;
  volatile char* const byte = start;
  *byte = *byte;
  return ::mprotect(start, bytes, mapping.protection) == 0;
}

}  // namespace

std::size_t inherit_file_pages() {
  const auto maps = read_file("/proc/self/maps");
  if (!maps) return 0;
  std::size_t treated = 0;
  for (std::string_view rest = *maps; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const auto mapping = inheritable(rest.substr(0, end));
    if (mapping && own_a_page(*mapping)) ++treated;
    rest.remove_prefix(end);
  }
  return treated;
}

}  // namespace glowplug::runtime
