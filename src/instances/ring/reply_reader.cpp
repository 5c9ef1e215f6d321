#include "instances/ring/reply_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/code_table.h"
#include "instances/ring/ring_layout.h"

namespace glowplug::instances {
namespace {

constexpr nanoseconds kMostTime = std::chrono::hours(24);

Error broken(std::string text) {
  return {Code::internal, "instance broke the rules of the ring: " + std::move(text), {}};
}

/// The one way in which shared bytes are read: copied, and never looked at again where they lay.
/// The barrier keeps the compiler from reading the source once more in place of the copy.
void copy_out(void* to, const std::byte* from, std::size_t size) {
  if (size > 0) std::memcpy(to, from, size);
  asm volatile("" ::: "memory");
}

template <class Head>
Head copy_head(const std::byte* from) {
  Head head;
  copy_out(&head, from, sizeof head);
  return head;
}

nanoseconds plausible(std::int64_t time_ns) {
  return std::clamp(nanoseconds(time_ns), nanoseconds(0), kMostTime);
}

/// The text of an error whose code may be told.
Result<std::string> read_error_text(const ReplyHead& head, const std::byte* text) {
  const auto code = code_numbered(head.code);
  if (!code || !may_be_told(*code)) return broken(fmt::format("an error of code {}", head.code));
  if (head.error_bytes > kMostErrorBytes)
    return broken(
        fmt::format("an error text of {} bytes, {} at most", head.error_bytes, kMostErrorBytes));
  std::string copy(head.error_bytes, '\0');
  copy_out(copy.data(), text, copy.size());
  return copy;
}

Result<void> check_tensor_head(const TensorHead& head, Datatype expected, std::size_t room) {
  if (head.present != 1) return broken("an output that is not present");
  if (head.datatype != static_cast<std::uint32_t>(expected))
    return broken(
        fmt::format("datatype number {}, {} was expected", head.datatype, name_of(expected)));
  if (head.rank > kMostDimensions)
    return broken(fmt::format("{} dimensions, {} at most", head.rank, kMostDimensions));
  const auto count = element_count(std::span(head.shape).first(head.rank));
  if (!count) return broken(count.error().message);
  if (head.size_bytes > room)
    return broken(fmt::format("{} bytes where {} are left", head.size_bytes, room));
  if (expected != Datatype::bytes && head.size_bytes != *count * element_size(expected))
    return broken(
        fmt::format("{} bytes for {} elements of {}", head.size_bytes, *count, name_of(expected)));
  return {};
}

Result<Tensor> copy_tensor(const TensorHead& head, const std::byte* bytes, Datatype datatype) {
  Tensor tensor;
  tensor.datatype = datatype;
  tensor.shape.assign(head.shape.begin(), head.shape.begin() + head.rank);
  tensor.bytes.assign(bytes, bytes + head.size_bytes);
  asm volatile("" ::: "memory");
  // The framing of BYTES is checked on the copy: what lies in the slot may change meanwhile.
  if (auto checked = check_tensor(tensor.view()); !checked) return broken(checked.error().message);
  return tensor;
}

/// Sizes are checked against what is left of `reply_bytes`; the slot has room for that, for the
/// heads and for the alignment (slot_bytes), so the cursor stays inside.
Result<std::vector<Tensor>> read_outputs(SlotCursor& cursor, std::size_t reply_bytes,
                                         std::span<const Datatype> datatypes) {
  const std::byte* heads_at = cursor.take(datatypes.size() * sizeof(TensorHead));
  std::vector<Tensor> outputs;
  outputs.reserve(datatypes.size());
  std::size_t room = reply_bytes;
  for (std::size_t i = 0; i < datatypes.size(); ++i) {
    const auto head = copy_head<TensorHead>(heads_at + i * sizeof(TensorHead));
    GLOWPLUG_TRY(check_tensor_head(head, datatypes[i], room));
    room -= head.size_bytes;
    const std::byte* bytes = cursor.take(head.size_bytes, kTensorAlignment);
    GLOWPLUG_ASSIGN(Tensor tensor, copy_tensor(head, bytes, datatypes[i]));
    outputs.push_back(std::move(tensor));
  }
  return outputs;
}

}  // namespace

Result<ReadReply> read_reply(std::span<const std::byte> slot, std::size_t reply_bytes,
                             const GatewayRing::Expected& expected) {
  GLOWPLUG_CHECK(expected.datatypes.size() <= kMostTensors &&
                 slot.size() >= slot_bytes(reply_bytes));
  SlotCursor cursor(const_cast<std::byte*>(slot.data()));  // NOLINT: only read through
  const auto head = copy_head<ReplyHead>(cursor.take(sizeof(ReplyHead)));
  if (head.sequence != expected.sequence)
    return broken(
        fmt::format("reply to batch {}, {} was expected", head.sequence, expected.sequence));
  ReadReply read;
  read.reply.sequence = head.sequence;
  read.reply.timing = {plausible(head.input_ns), plausible(head.run_ns), plausible(head.output_ns)};
  if (head.failed == 1) {
    GLOWPLUG_ASSIGN(std::string text, read_error_text(head, cursor.take(0)));
    read.used_bytes = cursor.used() + text.size();
    read.reply.outputs = Error{static_cast<Code>(head.code), std::move(text), {}};
    return read;
  }
  if (head.failed != 0 || head.outputs != expected.datatypes.size())
    return broken(
        fmt::format("{} outputs, {} were expected", head.outputs, expected.datatypes.size()));
  GLOWPLUG_ASSIGN(std::vector<Tensor> outputs,
                  read_outputs(cursor, reply_bytes, expected.datatypes));
  read.reply.outputs = std::move(outputs);
  read.used_bytes = cursor.used();
  return read;
}

}  // namespace glowplug::instances
