#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "instances/ring/doorbell.h"
#include "instances/ring/ring.h"
#include "instances/ring/ring_layout.h"
#include "instances/ring/ring_memory.h"

namespace glowplug::instances {
namespace {

std::int64_t ns_of(Time time) {
  return std::chrono::duration_cast<nanoseconds>(time.time_since_epoch()).count();
}
std::int64_t now_ns() { return ns_of(Clock::now()); }

class MappedInstanceRing final : public InstanceRing {
 public:
  MappedInstanceRing(RingMemory memory, UniqueFd own_doorbell, UniqueFd gateway_doorbell,
                     std::optional<Time> born)
      : memory_(std::move(memory)),
        own_doorbell_(std::move(own_doorbell)),
        gateway_doorbell_(std::move(gateway_doorbell)),
        words_(reinterpret_cast<RingWords*>(memory_.data())),
        reply_bytes_(words_->reply_bytes),
        layout_({words_->request_bytes, words_->reply_bytes}) {
    if (born) begin(*born);
  }

  void begin(Time born) final { words_->born_ns.store(ns_of(born), std::memory_order_relaxed); }

  [[nodiscard]] Request& next() override {
    GLOWPLUG_CHECK(begun_ == finished_);
    while (!asked()) {
      // What was put before the doorbell's other end was closed is answered first.
      if (!sleep() && !asked()) return leave();
    }
    if (begun_ == 0) words_->took_first_ns.store(now_ns(), std::memory_order_relaxed);
    words_->requests_begun.store(begun_ + 1, std::memory_order_release);
    const std::size_t slot =
        words_->slots.at(begun_++ % kRingSlots).load(std::memory_order_relaxed);
    read_request(memory_.data() + layout_.request_slot(slot));
    reply_at_ = memory_.data() + layout_.reply_slot(slot);
    reply_ = SlotCursor(reply_at_);
    (void)reply_.take(sizeof(ReplyHead));
    heads_ = reply_.take(request_.wanted.size() * sizeof(TensorHead));
    outputs_ = tensor_bytes_ = 0;
    return request_;
  }

  [[nodiscard]] Result<std::span<std::byte>> output(std::size_t index, Datatype datatype,
                                                    std::span<const std::int64_t> shape,
                                                    std::size_t size_bytes) override {
    if (outputs_ == request_.wanted.size() || request_.wanted[outputs_] != index)
      return Error{Code::internal, fmt::format("the engine gave output {} out of turn", index), {}};
    if (shape.size() > kMostDimensions)
      return Error{Code::unimplemented,
                   fmt::format("output {} has {} dimensions; {} at most can be passed on", index,
                               shape.size(), kMostDimensions),
                   {}};
    if (size_bytes > reply_bytes_ - tensor_bytes_)
      return Error{Code::too_large,
                   fmt::format("the outputs have at least {} bytes together; {} at most can be "
                               "passed on",
                               tensor_bytes_ + size_bytes, reply_bytes_),
                   {}};
    TensorHead head{1,
                    static_cast<std::uint32_t>(datatype),
                    static_cast<std::uint32_t>(shape.size()),
                    0,
                    size_bytes,
                    {}};
    std::copy(shape.begin(), shape.end(), head.shape.begin());
    std::memcpy(heads_ + outputs_++ * sizeof head, &head, sizeof head);
    tensor_bytes_ += size_bytes;
    return std::span(reply_.take(size_bytes, kTensorAlignment), size_bytes);
  }

  void finish(const Result<void>& outcome, const RunTiming& timing) override {
    GLOWPLUG_CHECK(begun_ == finished_ + 1);
    if (!outcome) {
      write_error(outcome.error(), timing);
    } else if (outputs_ != request_.wanted.size()) {
      write_error(
          {Code::internal,
           fmt::format("the engine gave {} of {} outputs", outputs_, request_.wanted.size()),
           {}},
          timing);
    } else {
      write_head(reply_head(timing, static_cast<std::uint32_t>(outputs_)));
    }
    words_->replies_published.store(++finished_, std::memory_order_seq_cst);
    if (words_->gateway_sleeping.load(std::memory_order_seq_cst) != 0)
      ring_doorbell(gateway_doorbell_.get());
  }

 private:
  [[nodiscard]] bool asked() const {
    return words_->requests_published.load(std::memory_order_seq_cst) != begun_;
  }

  /// Until the doorbell rings, or a signal; false when nobody can ring it any more.
  [[nodiscard]] bool sleep() {
    words_->instance_sleeping.store(1, std::memory_order_seq_cst);
    bool may_ring = true;
    if (!asked()) {
      std::array<char, 64> rings{};
      const ssize_t got = ::read(own_doorbell_.get(), rings.data(), rings.size());
      may_ring = got > 0 || (got < 0 && errno == EINTR);
    }
    words_->instance_sleeping.store(0, std::memory_order_relaxed);
    return may_ring;
  }

  [[nodiscard]] Request& leave() {
    request_ = Request{};
    request_.operation = RingOperation::leave;
    return request_;
  }

  void read_request(std::byte* slot) {
    SlotCursor cursor(slot);
    const auto* head = reinterpret_cast<const RequestHead*>(cursor.take(sizeof(RequestHead)));
    const auto* tensors =
        reinterpret_cast<const TensorHead*>(cursor.take(head->inputs * sizeof(TensorHead)));
    const auto* wanted =
        reinterpret_cast<const std::uint32_t*>(cursor.take(head->wanted * sizeof(std::uint32_t)));
    request_.sequence = head->sequence;
    request_.operation = static_cast<RingOperation>(head->operation);
    request_.rows = head->rows;
    request_.wanted.assign(wanted, wanted + head->wanted);
    request_.inputs.clear();
    for (const TensorHead& tensor : std::span(tensors, head->inputs)) {
      const std::byte* bytes = cursor.take(tensor.size_bytes, kTensorAlignment);
      if (tensor.present == 0) {
        request_.inputs.emplace_back();
        continue;
      }
      request_.inputs.emplace_back(TensorView{static_cast<Datatype>(tensor.datatype),
                                              std::span(tensor.shape).first(tensor.rank),
                                              {bytes, tensor.size_bytes}});
    }
  }

  [[nodiscard]] ReplyHead reply_head(const RunTiming& timing, std::uint32_t outputs) const {
    return {request_.sequence,    0, 0, outputs, 0, timing.input.count(), timing.run.count(),
            timing.output.count()};
  }

  void write_head(const ReplyHead& head) { std::memcpy(reply_at_, &head, sizeof head); }

  void write_error(const Error& error, const RunTiming& timing) {
    ReplyHead head = reply_head(timing, 0);
    head.failed = 1;
    head.code = static_cast<std::uint32_t>(may_be_told(error.code) ? error.code : Code::internal);
    head.error_bytes = static_cast<std::uint32_t>(std::min(error.message.size(), kMostErrorBytes));
    SlotCursor cursor(reply_at_);
    (void)cursor.take(sizeof head);
    std::memcpy(cursor.take(head.error_bytes), error.message.data(), head.error_bytes);
    write_head(head);
  }

  RingMemory memory_;
  UniqueFd own_doorbell_;
  UniqueFd gateway_doorbell_;
  RingWords* words_;
  std::size_t reply_bytes_;
  RingLayout layout_;
  std::uint64_t begun_ = 0;
  std::uint64_t finished_ = 0;
  Request request_;
  std::byte* reply_at_ = nullptr;  // its slot
  SlotCursor reply_{nullptr};
  std::byte* heads_ = nullptr;
  std::size_t outputs_ = 0;
  std::size_t tensor_bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<InstanceRing>> InstanceRing::attach(UniqueFd memory,
                                                           UniqueFd instance_doorbell,
                                                           UniqueFd gateway_doorbell,
                                                           std::optional<Time> born) {
  GLOWPLUG_ASSIGN(RingMemory mapped, RingMemory::attach(std::move(memory), kPage));
  const auto* words = reinterpret_cast<const RingWords*>(mapped.data());
  const bool sized =
      words->magic == kRingMagic && words->request_bytes < mapped.size() &&
      words->reply_bytes < mapped.size() &&
      RingLayout({words->request_bytes, words->reply_bytes}).total_bytes() == mapped.size();
  if (!sized)
    return Error{Code::invalid_argument,
                 fmt::format("not a ring: {} bytes that do not begin as one", mapped.size()),
                 {}};
  mapped.forget_descriptor();  // an instance holds nothing but its doorbells open
  return std::unique_ptr<InstanceRing>(std::make_unique<MappedInstanceRing>(
      std::move(mapped), std::move(instance_doorbell), std::move(gateway_doorbell), born));
}

}  // namespace glowplug::instances
