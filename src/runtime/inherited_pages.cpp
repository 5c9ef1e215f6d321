#include "runtime/inherited_pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace glowplug::runtime {
namespace {

constexpr std::size_t kWorthIt = std::size_t{64} << 10;  // what one fault brings

struct Mapping {
  char* start = nullptr;
  std::size_t bytes = 0;
};

/// A line of /proc/self/maps, proc_pid_maps(5): "first-end rwxp offset device inode path". Nothing
/// for what is not private, read-only program text of a file: libraries' tables of addresses are
/// read-only, too, and the only copy of what the loader wrote.
std::optional<Mapping> program_text(std::string_view line) {
  constexpr int kHexadecimal = 16;
  std::uintptr_t first = 0;
  std::uintptr_t last = 0;
  const char* const end = line.data() + line.size();
  const auto from = std::from_chars(line.data(), end, first, kHexadecimal);
  if (from.ec != std::errc{} || from.ptr == end || *from.ptr != '-') return std::nullopt;
  const auto to = std::from_chars(from.ptr + 1, end, last, kHexadecimal);
  if (to.ec != std::errc{} || last < first + kWorthIt) return std::nullopt;
  const std::string_view rest(to.ptr, static_cast<std::size_t>(end - to.ptr));
  if (!rest.starts_with(" r-xp ") || rest.find(" /") == std::string_view::npos) return std::nullopt;
  return Mapping{reinterpret_cast<char*>(first),
                 last - first};  // NOLINT(performance-no-int-to-ptr)
}

std::vector<Mapping> program_texts() {
  std::vector<Mapping> found;
  const auto maps = read_file("/proc/self/maps");
  if (!maps) return found;
  for (std::string_view rest = *maps; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    if (const auto mapping = program_text(rest.substr(0, end))) found.push_back(*mapping);
    rest.remove_prefix(end);
  }
  return found;
}

/// The code of this function may lie in the mapping, so it stays executable meanwhile.
bool own_a_page(const Mapping& text) {
  if (::mprotect(text.start, text.bytes, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) return false;
  volatile char* const byte = text.start;
  *byte = *byte;
  return ::mprotect(text.start, text.bytes, PROT_READ | PROT_EXEC) == 0;
}

}  // namespace

std::size_t inherit_program_pages() {
  const std::vector<Mapping> texts = program_texts();
  return static_cast<std::size_t>(std::ranges::count_if(texts, own_a_page));
}

void forget_program_pages() {
  for (const Mapping& text : program_texts())
    (void)::madvise(text.start, text.bytes, MADV_DONTNEED);
}

}  // namespace glowplug::runtime
