#include "instances/ring/ring_memory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/file.h"

namespace glowplug::instances {
namespace {

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

}  // namespace

Result<RingMemory> RingMemory::map(UniqueFd fd, std::size_t size) {
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (data == MAP_FAILED) return system_error(fmt::format("map {} bytes of ring", size), errno);
  return RingMemory(std::move(fd), static_cast<std::byte*>(data), size);
}

Result<RingMemory> RingMemory::create(std::size_t size_bytes) {
  UniqueFd fd(::memfd_create("glowplug-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return system_error("make a ring's memory", errno);
  if (::ftruncate(fd.get(), static_cast<off_t>(size_bytes)) != 0)
    return system_error(fmt::format("make a ring of {} bytes", size_bytes), errno);
  if (::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) return system_error("seal a ring", errno);
  return map(std::move(fd), size_bytes);
}

Result<RingMemory> RingMemory::attach(UniqueFd fd, std::size_t least_bytes) {
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return system_error("look at a ring's memory", errno);
  const int seals = ::fcntl(fd.get(), F_GET_SEALS);
  if (seals < 0 || (seals & kSeals) != kSeals ||
      static_cast<std::size_t>(status.st_size) < least_bytes) {
    return Error{Code::invalid_argument,
                 fmt::format("not a ring: {} bytes with seals {:#x}; at least {} bytes with seals "
                             "{:#x} were expected",
                             status.st_size, static_cast<unsigned>(std::max(seals, 0)), least_bytes,
                             static_cast<unsigned>(kSeals)),
                 {}};
  }
  return map(std::move(fd), static_cast<std::size_t>(status.st_size));
}

RingMemory::RingMemory(RingMemory&& other) noexcept
    : fd_(std::move(other.fd_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

RingMemory::~RingMemory() {
  if (data_ != nullptr) (void)::munmap(data_, size_);
}

void RingMemory::give_back(std::size_t from, std::size_t to) const {
  if (from >= to) return;
  // Only where the kernel cannot punch a hole does the memory stay; nothing else depends on it.
  (void)::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(from),
                    static_cast<off_t>(to - from));
}

}  // namespace glowplug::instances
