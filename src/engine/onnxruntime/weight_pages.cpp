#include "engine/onnxruntime/weight_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "base/file.h"
#include "engine/onnxruntime/page_range.h"

namespace glowplug::engine::ort {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;  // Documentation/admin-guide/mm/pagemap

constexpr std::size_t pieces_of(std::size_t bytes) { return (bytes + kHugePage - 1) / kHugePage; }

/// Addresses of whole huge pages, with nothing in them. nullptr: exhausted.
std::byte* reserve(std::size_t bytes, int protection) {
  void* const mapped = ::mmap(nullptr, bytes + kHugePage, protection,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* const start = static_cast<std::byte*>(mapped);
  const std::size_t over = reinterpret_cast<std::uintptr_t>(mapped) % kHugePage;
  const std::size_t before = over == 0 ? 0 : kHugePage - over;
  if (before > 0) (void)::munmap(start, before);
  (void)::munmap(start + before + bytes, kHugePage - before);
  return start + before;
}

}  // namespace

Result<WeightPages> WeightPages::map(const std::filesystem::path& file) {
  GLOWPLUG_ASSIGN(const UniqueFd fd, open_file(file, O_RDONLY));
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return system_error(file.string(), errno);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return Error{Code::invalid_argument, file.string() + " is empty", {}};
  std::byte* const data = reserve(pieces_of(size) * kHugePage, PROT_NONE);
  if (data == nullptr) return system_error("map " + file.string(), errno);
  WeightPages pages(data, size);
  if (::mmap(data, size, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd.get(), 0) == MAP_FAILED)
    return system_error("map " + file.string(), errno);
  return pages;
}

WeightPages::WeightPages(WeightPages&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}

WeightPages::~WeightPages() {
  if (data_ != nullptr) (void)::munmap(data_, pieces_of(size_) * kHugePage);
}

void WeightPages::forget_use() { (void)::madvise(data_, size_, MADV_DONTNEED); }

bool WeightPages::well_used(std::size_t piece, const UniqueFd& pagemap) const {
  std::array<std::uint64_t, kHugePage / kPage> entries{};
  const auto first = reinterpret_cast<std::uintptr_t>(data_ + piece * kHugePage) / kPage;
  const ssize_t got = ::pread(pagemap.get(), entries.data(), sizeof entries,
                              static_cast<off_t>(first * sizeof(std::uint64_t)));
  if (got != static_cast<ssize_t>(sizeof entries)) return false;
  const auto used =
      std::ranges::count_if(entries, [](std::uint64_t entry) { return (entry & kPresent) != 0; });
  return static_cast<std::size_t>(used) >= entries.size() / 2;
}

std::size_t WeightPages::settle(const UniqueFd& pagemap) {
  std::size_t moved = 0;
  const std::size_t pieces = pieces_of(size_);
  std::size_t first = 0;
  for (std::size_t piece = 0; piece <= pieces; ++piece) {
    if (piece < pieces && well_used(piece, pagemap)) continue;
    if (piece > first) moved += move(first, piece - first);
    first = piece + 1;
  }
  return moved;
}

std::size_t WeightPages::move(std::size_t first_piece, std::size_t pieces) {
  const std::size_t bytes = pieces * kHugePage;
  std::byte* const to = data_ + first_piece * kHugePage;
  std::byte* const made = reserve(bytes, PROT_READ | PROT_WRITE);
  if (made == nullptr) return 0;
  (void)::madvise(made, bytes, MADV_HUGEPAGE);
  std::memcpy(made, to, std::min(bytes, size_ - first_piece * kHugePage));
  const bool placed = ::mprotect(made, bytes, PROT_READ) == 0 &&
                      ::mremap(made, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to) != MAP_FAILED;
  if (!placed) (void)::munmap(made, bytes);
  return placed ? bytes : 0;
}

}  // namespace glowplug::engine::ort
