#include "handler/image/bmp_rle.h"

#include <algorithm>
#include <cstring>

#include "handler/image/codecs.h"

namespace glowplug::handler::image {
namespace {

/// Where the next pixel goes, counted over all rows, and what is left of the file.
struct RunLengths {
  Bytes data;
  bool four_bits;
  Image& indices;
  std::size_t from = 0;
  std::size_t to = 0;
  std::size_t x = 0;  ///< in its row; runs end with the row

  [[nodiscard]] bool has(std::size_t count) const { return data.size() - from >= count; }
  [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(indices.width); }
  void put(std::uint32_t index) {
    if (to < indices.size()) indices.pixels[to] = static_cast<std::uint8_t>(index);
    ++to;
  }
};

/// The same pixel, or two in turn, `count` times.
void put_run(RunLengths& run, std::size_t count, std::uint32_t value) {
  count = std::min(count, run.width() - std::min(run.x, run.width()));
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t half = i % 2 == 0 ? value >> 4 : value & 15;
    run.put(run.four_bits ? half : value);
  }
  run.x += count;
}

/// False: too short.
bool put_literal(RunLengths& run, std::size_t count) {
  const std::size_t taken = std::min(count, run.indices.size() - run.to);
  const std::size_t bytes = run.four_bits ? (taken + 1) / 2 : taken;
  if (!run.has(bytes)) return false;
  for (std::size_t i = 0; i < taken; ++i) {
    const std::uint32_t value = byte_at(run.data, run.from + (run.four_bits ? i / 2 : i));
    const std::uint32_t half = i % 2 == 0 ? value >> 4 : value & 15;
    run.put(run.four_bits ? half : value);
  }
  run.from += bytes + bytes % 2;
  run.from = std::min(run.from, run.data.size());
  run.x += count;
  return true;
}

/// False: too short.
bool skip_pixels(RunLengths& run) {
  if (!run.has(2)) return false;
  const std::size_t count =
      byte_at(run.data, run.from) + byte_at(run.data, run.from + 1) * run.width();
  run.from += 2;
  run.to += std::min(count, run.indices.size() - run.to);
  run.x = run.to % run.width();
  return true;
}

void end_row(RunLengths& run) {
  run.to = (run.to + run.width() - 1) / run.width() * run.width();
  run.x = 0;
}

}  // namespace

Result<void> read_run_lengths(std::span<const std::byte> data, bool four_bits, Image& indices) {
  std::memset(indices.pixels.get(), 0, indices.size());
  RunLengths run{data, four_bits, indices};
  while (run.to < indices.size()) {
    if (!run.has(2)) return invalid_argument("the file is truncated");
    const std::uint32_t count = byte_at(data, run.from);
    const std::uint32_t value = byte_at(data, run.from + 1);
    run.from += 2;
    bool enough = true;
    if (count > 0) {
      put_run(run, count, value);
    } else if (value == 0) {
      end_row(run);
    } else if (value == 1) {
      return {};  // end of the picture
    } else {
      enough = value == 2 ? skip_pixels(run) : put_literal(run, value);
    }
    if (!enough) return invalid_argument("the file is truncated");
  }
  return {};
}

}  // namespace glowplug::handler::image
