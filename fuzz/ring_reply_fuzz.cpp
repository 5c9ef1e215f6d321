// The gateway's reading of a ring that a hostile instance wrote: the input is laid over the words
// that the instance publishes and over a reply slot; whatever is taken must be a sound tensor.
#include <sys/mman.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "instances/ring/ring.h"
#include "instances/ring/ring_layout.h"

namespace {

using namespace glowplug;             // NOLINT(google-build-using-namespace)
using namespace glowplug::instances;  // NOLINT(google-build-using-namespace)

constexpr RingSizes kSizes{.request_bytes = 256, .reply_bytes = 2048};
constexpr std::array kDatatypes{Datatype::fp32, Datatype::bytes, Datatype::bool_};

/// One ring for all inputs: making one each time would test the kernel.
struct Target {
  Target() {
    auto created = GatewayRing::create(kSizes);
    if (!created) std::abort();
    ring = *std::move(created);
    memory = static_cast<std::byte*>(::mmap(nullptr, layout.total_bytes(), PROT_READ | PROT_WRITE,
                                            MAP_SHARED, ring->memory_fd(), 0));
    if (memory == MAP_FAILED) std::abort();
  }
  RingLayout layout{kSizes};
  std::unique_ptr<GatewayRing> ring;
  std::byte* memory = nullptr;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Target target;
  GatewayRing& ring = *target.ring;
  ring.reset();
  for (std::uint64_t sequence = 1; sequence <= kRingSlots; ++sequence) {
    RingRequest request;
    request.sequence = sequence;
    request.wanted = {0, 1, 2};
    if (!ring.put_request(request)) std::abort();
  }
  auto& words = *reinterpret_cast<RingWords*>(target.memory);
  words.replies_published = size == 0 ? 0 : data[0] % 8;
  words.requests_begun = size;
  for (std::uint64_t batch = 0; batch < kRingSlots; ++batch) {
    const std::size_t room = target.layout.reply_slot_bytes;
    if (size > 1)
      std::memcpy(target.memory + target.layout.reply_slot(batch), data + 1,
                  std::min(size - 1, room));
  }
  if (ring.begun() > kRingSlots) std::abort();
  for (std::uint64_t sequence = 1; sequence <= kRingSlots; ++sequence) {
    const auto reply = ring.take_reply({sequence, kDatatypes});
    if (!reply || !*reply) return 0;
    if ((*reply)->sequence != sequence) std::abort();
    if (!(*reply)->outputs) continue;
    if ((*reply)->outputs->size() != kDatatypes.size()) std::abort();
    for (const Tensor& output : *(*reply)->outputs) {
      if (!check_tensor(output.view())) std::abort();
    }
  }
  return 0;
}
