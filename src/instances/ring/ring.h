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
#include "model/infer_request.h"
#include "model/tensor.h"

/// The shared-memory ring between the gateway and one instance: a sealed memfd of fixed size
/// (F_SEAL_SHRINK|GROW|SEAL), two slots each way so that the next batch lies ready while one runs,
/// and two eventfds as doorbells. Single producer, single consumer each way.
///
/// It is a trust boundary: the instance is not trusted. The gateway copies a reply's header once
/// into its own memory, checks the copy (sequence, counts, datatypes, shapes against byte sizes,
/// offsets inside the slot) and only then copies the tensors out; it never uses a length or an
/// index in place. A reply that breaks a rule makes `take_reply` fail; the caller then kills the
/// instance.
///
/// Doorbells: a side that is about to sleep sets its `sleeping` flag (seq_cst), looks at the ring
/// once more, and sleeps on its eventfd; the other side rings only if that flag is set.
namespace glowplug::instances {

inline constexpr std::size_t kRingSlots = 2;      ///< batches in flight for one instance
inline constexpr std::size_t kMostTensors = 256;  ///< inputs, or outputs, of one batch
inline constexpr std::size_t kMostDimensions = 8;
inline constexpr std::size_t kMostErrorBytes = 4096;

/// What the gateway asks of an instance. Crosses the ring as a number: only append.
enum class RingOperation : std::uint32_t { infer = 1, leave = 2 };

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

/// The gateway's end. Not for several threads at once.
class GatewayRing {
 public:
  /// Makes memfd and doorbell. Errors: exhausted, internal.
  [[nodiscard]] static Result<std::unique_ptr<GatewayRing>> create(const RingSizes& sizes,
                                                                   int gateway_doorbell);
  virtual ~GatewayRing() = default;

  /// For SCM_RIGHTS to the template: the sealed memory and the doorbell that wakes the instance.
  [[nodiscard]] virtual int memory_fd() const = 0;
  [[nodiscard]] virtual int instance_doorbell() const = 0;
  /// How many more batches fit now (0 to kRingSlots).
  [[nodiscard]] virtual std::size_t free_slots() const = 0;
  /// Copies the batch into a free slot and rings if the instance sleeps. Errors: too_large (tensors
  /// do not fit; names limit and size).
  [[nodiscard]] virtual Result<void> put_request(const RingRequest& request) = 0;
  /// The next reply if there is one. Errors: internal: the instance broke the rules of the ring and
  /// must be killed. `expected`: what the reply must look like: sequence and, per wanted output,
  /// the datatype.
  struct Expected {
    std::uint64_t sequence = 0;
    std::span<const Datatype> datatypes;
  };
  [[nodiscard]] virtual Result<std::optional<RingReply>> take_reply(const Expected& expected) = 0;
  /// Says that this side is about to sleep; false if there is a reply already (do not sleep).
  [[nodiscard]] virtual bool prepare_to_sleep() = 0;
  virtual void woke() = 0;
  /// After the instance ended: empties slots and doorbells and gives large memory back, so that the
  /// next instance can use it.
  virtual void reset() = 0;
};

/// The instance's end, made after the fork from the two descriptors. It trusts the gateway.
class InstanceRing {
 public:
  [[nodiscard]] static Result<std::unique_ptr<InstanceRing>> attach(UniqueFd memory,
                                                                    UniqueFd instance_doorbell,
                                                                    UniqueFd gateway_doorbell);
  virtual ~InstanceRing() = default;

  /// A request lying in its slot; views stay valid until `finish`.
  struct Request {
    std::uint64_t sequence = 0;
    RingOperation operation = RingOperation::infer;
    std::uint32_t rows = 0;
    std::vector<std::optional<TensorView>> inputs;
    std::vector<std::size_t> wanted;
  };
  /// Waits (asleep in read(2) on the doorbell) for the next request.
  [[nodiscard]] virtual Request& next() = 0;
  /// Room in the reply slot of the current request for its next output. Errors: too_large.
  [[nodiscard]] virtual Result<std::span<std::byte>> output(std::size_t index, Datatype datatype,
                                                            std::span<const std::int64_t> shape,
                                                            std::size_t size_bytes) = 0;
  /// Publishes the reply of the current request: its outputs, or the error, which drops them.
  virtual void finish(const Result<void>& outcome, const RunTiming& timing) = 0;
};

}  // namespace glowplug::instances
