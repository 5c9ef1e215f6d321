#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "base/time.h"
#include "model/infer_request.h"
#include "model/tensor.h"

/// The shared-memory ring between the gateway and one instance: a sealed memfd of fixed size
/// (F_SEAL_SHRINK|GROW|SEAL), two slots each way so that the next batch lies ready while one runs,
/// and a doorbell each way. Single producer, single consumer each way; replies come in the order
/// of the requests. Its layout: ring_layout.h.
///
/// It is a trust boundary: the instance is not trusted and may write anything anywhere into the
/// memory at any time. The gateway copies a reply's head once into its own memory, checks the copy
/// (sequence, counts, datatypes, shapes against byte sizes, sizes against the slot), copies the
/// tensors out to where it computed that they lie, and then checks their framing; it never uses a
/// length or an index in place. A reply that breaks a rule makes `take_reply` fail; the caller
/// then kills the instance.
///
/// Doorbells: a side that is about to sleep sets its `sleeping` flag (seq_cst), looks at the ring
/// once more, and sleeps on its doorbell; the other side rings only if that flag is set.
namespace glowplug::instances {

inline constexpr std::size_t kRingSlots = 2;      ///< batches in flight for one instance
inline constexpr std::size_t kMostTensors = 256;  ///< inputs, or outputs, of one batch
inline constexpr std::size_t kMostDimensions = 8;
inline constexpr std::size_t kMostErrorBytes = 4096;

/// What the gateway asks of an instance. Crosses the ring as a number: only append.
enum class RingOperation : std::uint32_t { infer = 1, leave = 2, event = 3 };

struct RingSizes {
  std::size_t request_bytes = std::size_t{64} << 20;  ///< of tensors in one request slot
  std::size_t reply_bytes = std::size_t{64} << 20;    ///< of tensors in one reply slot
};

/// A batch as written into a request slot. Input i is the rows of all callers one after another,
/// given as pieces to copy.
struct RingRequest {
  std::uint64_t sequence = 0;  ///< never 0; the reply carries it
  RingOperation operation = RingOperation::infer;
  std::uint32_t rows = 0;
  struct Input {
    bool present = false;
    Datatype datatype = Datatype::fp32;
    Shape shape;
    std::vector<std::span<const std::byte>> pieces;
  };
  std::vector<Input> inputs;        ///< signature order
  std::vector<std::size_t> wanted;  ///< output indexes, ascending
};

/// A reply copied out of the ring and checked.
struct RingReply {
  std::uint64_t sequence = 0;
  Result<std::vector<Tensor>> outputs =
      std::vector<Tensor>{};  ///< for each of `wanted`; or the instance's error
  RunTiming timing;
};

/// What an instance says of its start, on the clock that all processes of the machine share; not
/// more than its word. The past of the clock where it has said nothing.
struct InstanceTimes {
  Time born;        ///< right after the fork
  Time took_first;  ///< it is set up and takes its first request
};

/// The gateway's end. Not for several threads at once.
class GatewayRing {
 public:
  /// Makes the memory and the instance's doorbell. The gateway's own doorbell, one for many rings,
  /// is a `Doorbell` of the caller, given to the template when it is started. Memory costs nothing
  /// until it is used. Errors: exhausted, internal.
  [[nodiscard]] static Result<std::unique_ptr<GatewayRing>> create(const RingSizes& sizes);
  virtual ~GatewayRing() = default;

  /// For SCM_RIGHTS to the template: the sealed memory and the doorbell that wakes the instance.
  [[nodiscard]] virtual int memory_fd() const = 0;
  [[nodiscard]] virtual int instance_doorbell() const = 0;
  /// How many more batches fit now (0 to kRingSlots).
  [[nodiscard]] virtual std::size_t free_slots() const = 0;
  /// Copies the batch into a free slot and rings if the instance sleeps. Precondition:
  /// free_slots() > 0. Errors: too_large (tensors do not fit; names limit and size).
  [[nodiscard]] virtual Result<void> put_request(const RingRequest& request) = 0;
  /// The next reply if there is one. `expected` is what it must look like: the sequence of the
  /// oldest batch in flight and the datatype of each of its wanted outputs. Errors: internal: the
  /// instance broke the rules of the ring (the text says which) and must be killed; then `reset`.
  struct Expected {
    std::uint64_t sequence = 0;
    std::span<const Datatype> datatypes;
  };
  [[nodiscard]] virtual Result<std::optional<RingReply>> take_reply(const Expected& expected) = 0;
  /// How many of the batches in flight, oldest first, the instance says it has begun. It is the
  /// instance's word, at most what is in flight: good for choosing what counts as a retry, so the
  /// caller bounds the other retries too.
  [[nodiscard]] virtual std::size_t begun() const = 0;
  [[nodiscard]] virtual InstanceTimes instance_times() const = 0;
  /// Says that this side is about to sleep; false if there is a reply already (do not sleep).
  [[nodiscard]] virtual bool prepare_to_sleep() = 0;
  virtual void woke() = 0;
  /// After the instance ended and not before: empties the slots and gives their memory back, so
  /// that the next instance can use the ring. A request put before that instance is forked waits
  /// for it.
  virtual void reset() = 0;
};

/// The instance's end, made after the fork. It trusts the gateway.
class InstanceRing {
 public:
  /// `memory` and `instance_doorbell` as GatewayRing gives them, `gateway_doorbell` a ringing end.
  /// `born`: when this process began; none: the ring is only mapped, and `begin` comes later.
  /// Errors: invalid_argument (not a ring), exhausted.
  [[nodiscard]] static Result<std::unique_ptr<InstanceRing>> attach(
      UniqueFd memory, UniqueFd instance_doorbell, UniqueFd gateway_doorbell,
      std::optional<Time> born = Clock::now());
  virtual ~InstanceRing() = default;

  /// A request lying in its slot; views stay valid until `finish`.
  struct Request {
    std::uint64_t sequence = 0;
    RingOperation operation = RingOperation::infer;
    std::uint32_t rows = 0;
    std::vector<std::optional<TensorView>> inputs;
    std::vector<std::size_t> wanted;
  };
  /// For a process that was forked before anybody wanted it: it begins at `born`, when it was told
  /// to serve. Before its first `next`.
  virtual void begin(Time born) = 0;
  /// Waits (asleep in read(2) on the doorbell) for the next request. The one before must have been
  /// finished. `leave` with sequence 0, again and again, once the gateway's end is closed.
  [[nodiscard]] virtual Request& next() = 0;
  /// Room in the reply slot of the current request for its next output: a multiple of 64 bytes
  /// into the memory. `index` must be the next of the request's wanted outputs. Errors: too_large,
  /// internal (another output, or too many dimensions).
  [[nodiscard]] virtual Result<std::span<std::byte>> output(std::size_t index, Datatype datatype,
                                                            std::span<const std::int64_t> shape,
                                                            std::size_t size_bytes) = 0;
  /// Publishes the reply of the current request: its outputs, or the error, which drops them. An
  /// error's code outside of those that an engine gives (engine/engine.h) becomes internal.
  virtual void finish(const Result<void>& outcome, const RunTiming& timing) = 0;
};

}  // namespace glowplug::instances
