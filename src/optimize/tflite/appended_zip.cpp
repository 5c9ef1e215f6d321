#include "optimize/tflite/appended_zip.h"

#include <fmt/format.h>
#include <minizip/unzip.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace glowplug::optimize::tflite {
namespace {

/// A file in memory, as minizip reads it.
struct Memory {
  std::span<const std::byte> bytes;
  std::size_t at = 0;
};

extern "C" {
void* open_memory(void* opaque, const void* /*name*/, int /*mode*/) { return opaque; }

uLong read_memory(void* /*opaque*/, void* stream, void* to, uLong size) {
  auto& memory = *static_cast<Memory*>(stream);
  const std::size_t count = std::min<std::size_t>(size, memory.bytes.size() - memory.at);
  if (count > 0) std::memcpy(to, memory.bytes.data() + memory.at, count);
  memory.at += count;
  return count;
}

ZPOS64_T tell_memory(void* /*opaque*/, void* stream) { return static_cast<Memory*>(stream)->at; }

/// Behind the end there is nothing to read, so that nothing may stand there.
long seek_memory(void* /*opaque*/, void* stream, ZPOS64_T offset, int origin) {
  auto& memory = *static_cast<Memory*>(stream);
  const std::size_t size = memory.bytes.size();
  const std::size_t from = origin == ZLIB_FILEFUNC_SEEK_CUR   ? memory.at
                           : origin == ZLIB_FILEFUNC_SEEK_END ? size
                                                              : 0;
  if (offset > size - from) return -1;
  memory.at = from + static_cast<std::size_t>(offset);
  return 0;
}

int close_memory(void* /*opaque*/, void* /*stream*/) { return 0; }
int error_of_memory(void* /*opaque*/, void* /*stream*/) { return 0; }
}

struct Close {
  void operator()(void* zip) const {
    unzCloseCurrentFile(zip);
    unzClose(zip);
  }
};

Error broken(const std::string& name) {
  return invalid_argument(fmt::format("the zip behind the model is broken at {}", name));
}

}  // namespace

Result<std::string> file_in_zip(std::span<const std::byte> file, const std::string& name,
                                std::size_t limit) {
  Memory memory{file};
  zlib_filefunc64_def functions{open_memory, read_memory,  nullptr,         tell_memory,
                                seek_memory, close_memory, error_of_memory, &memory};
  const std::unique_ptr<void, Close> zip(unzOpen2_64(name.c_str(), &functions));
  if (!zip) return invalid_argument("there is no zip with files behind the model");
  constexpr int kWithCase = 1;
  if (unzLocateFile(zip.get(), name.c_str(), kWithCase) != UNZ_OK)
    return Error{Code::not_found, fmt::format("the zip behind the model has no file {}", name), {}};
  if (unzOpenCurrentFile(zip.get()) != UNZ_OK) return broken(name);
  std::string text;
  std::array<char, 16384> piece{};
  for (;;) {
    const int got = unzReadCurrentFile(zip.get(), piece.data(), piece.size());
    if (got < 0) return broken(name);
    if (got == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > limit)
      return Error{Code::too_large,
                   fmt::format("{} is larger than {} bytes when it is unpacked", name, limit),
                   {}};
  }
  if (unzCloseCurrentFile(zip.get()) == UNZ_CRCERROR) return broken(name);
  return text;
}

}  // namespace glowplug::optimize::tflite
