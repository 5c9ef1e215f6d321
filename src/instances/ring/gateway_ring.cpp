#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <numeric>

#include "instances/ring/doorbell.h"
#include "instances/ring/reply_reader.h"
#include "instances/ring/ring.h"
#include "instances/ring/ring_layout.h"
#include "instances/ring/ring_memory.h"
#include "instances/ring/slot_use.h"

namespace glowplug::instances {
namespace {

std::size_t bytes_of(const RingRequest::Input& input) {
  return std::accumulate(
      input.pieces.begin(), input.pieces.end(), std::size_t{0},
      [](std::size_t sum, std::span<const std::byte> piece) { return sum + piece.size(); });
}

Result<void> check_fits(const RingRequest& request, std::size_t limit) {
  std::size_t total = 0;
  for (const RingRequest::Input& input : request.inputs) {
    if (input.shape.size() > kMostDimensions)
      return Error{Code::too_large,
                   fmt::format("an input has {} dimensions; {} at most can be passed on",
                               input.shape.size(), kMostDimensions),
                   {}};
    total += bytes_of(input);
  }
  if (request.inputs.size() > kMostTensors || request.wanted.size() > kMostTensors)
    return Error{Code::too_large,
                 fmt::format("{} inputs and {} outputs; {} at most can be passed on",
                             request.inputs.size(), request.wanted.size(), kMostTensors),
                 {}};
  if (total > limit)
    return Error{
        Code::too_large,
        fmt::format("the inputs have {} bytes together; {} at most fit into one run", total, limit),
        {}};
  return {};
}

TensorHead head_of(const RingRequest::Input& input) {
  TensorHead head{};
  head.present = input.present ? 1 : 0;
  head.datatype = static_cast<std::uint32_t>(input.datatype);
  head.rank = static_cast<std::uint32_t>(input.shape.size());
  head.size_bytes = bytes_of(input);
  std::copy(input.shape.begin(), input.shape.end(), head.shape.begin());
  return head;
}

void write_pieces(const RingRequest::Input& input, std::byte* to) {
  for (const std::span<const std::byte> piece : input.pieces) {
    if (!piece.empty()) std::memcpy(to, piece.data(), piece.size());
    to += piece.size();
  }
}

/// Precondition: check_fits. Returns the bytes of the slot that are used.
void write_request(const RingRequest& request, std::byte* slot) {
  SlotCursor cursor(slot);
  const RequestHead head{request.sequence, static_cast<std::uint32_t>(request.operation),
                         request.rows, static_cast<std::uint32_t>(request.inputs.size()),
                         static_cast<std::uint32_t>(request.wanted.size())};
  std::memcpy(cursor.take(sizeof head), &head, sizeof head);
  std::byte* heads = cursor.take(request.inputs.size() * sizeof(TensorHead));
  for (const RingRequest::Input& input : request.inputs) {
    const TensorHead tensor = head_of(input);
    std::memcpy(heads, &tensor, sizeof tensor);
    heads += sizeof tensor;
  }
  for (const std::size_t index : request.wanted) {
    const auto number = static_cast<std::uint32_t>(index);
    std::memcpy(cursor.take(sizeof number, sizeof number), &number, sizeof number);
  }
  for (const RingRequest::Input& input : request.inputs)
    write_pieces(input, cursor.take(bytes_of(input), kTensorAlignment));
}

class MappedGatewayRing final : public GatewayRing {
 public:
  MappedGatewayRing(const RingSizes& sizes, RingMemory memory, Doorbell doorbell)
      : sizes_(sizes),
        layout_(sizes),
        memory_(std::move(memory)),
        doorbell_(std::move(doorbell)),
        words_(new(memory_.data()) RingWords{}) {
    words_->magic = kRingMagic;
    words_->request_bytes = sizes.request_bytes;
    words_->reply_bytes = sizes.reply_bytes;
  }

  [[nodiscard]] int memory_fd() const override { return memory_.fd(); }
  [[nodiscard]] int instance_doorbell() const override { return doorbell_.listening_end(); }
  [[nodiscard]] std::size_t free_slots() const override { return kRingSlots - in_flight(); }

  [[nodiscard]] Result<void> put_request(const RingRequest& request) override {
    GLOWPLUG_CHECK(free_slots() > 0 && request.sequence != 0);
    GLOWPLUG_TRY(check_fits(request, sizes_.request_bytes));
    const std::size_t chosen = choice_.take(put_);
    const std::size_t slot = layout_.request_slot(chosen);
    request_use_.at(chosen).holds(memory_, slot, most_used(request));
    write_request(request, memory_.data() + slot);
    words_->slots.at(put_ % kRingSlots).store(static_cast<std::uint32_t>(chosen), kRelaxed);
    words_->requests_published.store(++put_, std::memory_order_seq_cst);
    if (words_->instance_sleeping.load(std::memory_order_seq_cst) != 0) doorbell_.ring();
    return {};
  }

  [[nodiscard]] Result<std::optional<RingReply>> take_reply(const Expected& expected) override {
    const std::uint64_t published = words_->replies_published.load(std::memory_order_acquire);
    if (published == taken_) return std::optional<RingReply>{};
    if (published - taken_ > in_flight())
      return Error{
          Code::internal,
          fmt::format("instance broke the rules of the ring: {} replies published, {} taken "
                      "and {} in flight",
                      published, taken_, in_flight()),
          {}};
    const std::size_t chosen = choice_.of(taken_);
    const std::size_t slot = layout_.reply_slot(chosen);
    GLOWPLUG_ASSIGN(ReadReply read, read_reply({memory_.data() + slot, layout_.reply_slot_bytes},
                                               sizes_.reply_bytes, expected));
    reply_use_.at(chosen).holds(memory_, slot, read.used_bytes);
    choice_.give(taken_++);
    if (choice_.others_may_rest()) rest_others();
    return std::optional<RingReply>(std::move(read.reply));
  }

  [[nodiscard]] std::size_t begun() const override {
    const std::uint64_t said = words_->requests_begun.load(std::memory_order_acquire);
    return said <= taken_ ? 0 : std::min<std::uint64_t>(said - taken_, in_flight());
  }

  [[nodiscard]] InstanceTimes instance_times() const override {
    return {Time(nanoseconds(words_->born_ns.load(std::memory_order_relaxed))),
            Time(nanoseconds(words_->took_first_ns.load(std::memory_order_relaxed)))};
  }

  [[nodiscard]] bool prepare_to_sleep() override {
    words_->gateway_sleeping.store(1, std::memory_order_seq_cst);
    if (words_->replies_published.load(std::memory_order_seq_cst) == taken_) return true;
    woke();
    return false;
  }
  void woke() override { words_->gateway_sleeping.store(0, std::memory_order_relaxed); }

  void reset() override {
    memory_.give_back(kPage, layout_.total_bytes());
    for (SlotUse& use : request_use_) use.forget();
    for (SlotUse& use : reply_use_) use.forget();
    choice_.forget();
    put_ = taken_ = 0;
    words_->requests_published = 0;
    words_->replies_published = 0;
    words_->requests_begun = 0;
    words_->gateway_sleeping = 0;
    words_->born_ns = 0;
    words_->took_first_ns = 0;
    // A ring left in the doorbell wakes the next instance once for nothing; it looks and sleeps on.
    words_->instance_sleeping = 0;
  }

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;
  [[nodiscard]] std::size_t in_flight() const { return put_ - taken_; }
  void rest_others() {
    for (std::size_t slot = 1; slot < kRingSlots; ++slot) {
      request_use_.at(slot).rest(memory_, layout_.request_slot(slot));
      reply_use_.at(slot).rest(memory_, layout_.reply_slot(slot));
    }
  }
  [[nodiscard]] static std::size_t most_used(const RingRequest& request) {
    std::size_t used = slot_bytes(0);
    for (const RingRequest::Input& input : request.inputs) used += bytes_of(input);
    return used;
  }

  RingSizes sizes_;
  RingLayout layout_;
  RingMemory memory_;
  Doorbell doorbell_;
  RingWords* words_;  // in memory_; only the counts below are believed
  std::uint64_t put_ = 0;
  std::uint64_t taken_ = 0;
  SlotChoice choice_;
  std::array<SlotUse, kRingSlots> request_use_;
  std::array<SlotUse, kRingSlots> reply_use_;
};

}  // namespace

Result<std::unique_ptr<GatewayRing>> GatewayRing::create(const RingSizes& sizes) {
  GLOWPLUG_ASSIGN(RingMemory memory, RingMemory::create(RingLayout(sizes).total_bytes()));
  GLOWPLUG_ASSIGN(Doorbell doorbell, Doorbell::create(Doorbell::Given::listening_end));
  return std::unique_ptr<GatewayRing>(
      std::make_unique<MappedGatewayRing>(sizes, std::move(memory), std::move(doorbell)));
}

}  // namespace glowplug::instances
