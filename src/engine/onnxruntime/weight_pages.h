#pragma once
#include <cstddef>
#include <filesystem>
#include <span>

#include "base/fd.h"
#include "base/result.h"

namespace glowplug::engine::ort {

/// A file of weights, mapped read-only at the start of a huge page. As it is opened it is the page
/// cache's memory: shared with every process that maps it, and taken back when memory is short. But
/// a forked child finds none of it in its page tables and faults, 64 KiB at a time, and reads it
/// through small pages. `settle` moves what runs use into huge pages of this process, which its
/// children share and find at once.
class WeightPages {
 public:
  /// Errors: as open_file; exhausted.
  [[nodiscard]] static Result<WeightPages> map(const std::filesystem::path& file);
  WeightPages(WeightPages&& other) noexcept;
  WeightPages& operator=(WeightPages&&) = delete;
  ~WeightPages();

  /// Stays where it is for good.
  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }
  /// From here on it counts which pages are used. The page cache may hold the file in pages of up
  /// to 2 MiB; each counts as a whole.
  void forget_use();
  /// Moves each 2 MiB of which at least half was used since `forget_use` into a huge page. The rest
  /// stays the file's: weights that the engine has packed into memory of its own, and rows of
  /// tables that are hardly ever looked up. `pagemap`: /proc/self/pagemap, opened before rights
  /// were given up. Returns the bytes moved; what could not be had stays as it was. For one thread,
  /// while nobody reads the bytes.
  std::size_t settle(const UniqueFd& pagemap);

 private:
  WeightPages(std::byte* data, std::size_t size) : data_(data), size_(size) {}
  [[nodiscard]] bool well_used(std::size_t piece, const UniqueFd& pagemap) const;
  [[nodiscard]] std::size_t move(std::size_t first_piece, std::size_t pieces);
  std::byte* data_;
  std::size_t size_;
};

}  // namespace glowplug::engine::ort
