#pragma once
#include "base/fd.h"
#include "base/result.h"

namespace glowplug::instances {

/// Wakes a sleeping process: one side rings, the other sleeps until the listening end is readable.
///
/// A pipe and not an eventfd, because the two ends of a pipe have status flags of their own: an
/// instance that clears O_NONBLOCK on the end it was given cannot make the gateway block in
/// `ring` or `drain`. Rings that nobody has heard yet fall together; a full pipe is a ring heard.
class Doorbell {
 public:
  /// Which of the two ends the untrusted process gets. It sleeps in a blocking read of its
  /// listening end; the end that stays here never blocks.
  enum class Given { listening_end, ringing_end };
  /// Errors: exhausted (descriptors).
  [[nodiscard]] static Result<Doorbell> create(Given given);

  /// To be watched for reading; after it was readable, `drain`.
  [[nodiscard]] int listening_end() const { return listening_.get(); }
  [[nodiscard]] int ringing_end() const { return ringing_.get(); }
  void ring() const;
  /// Takes back all rings so far. Only where the ringing end was given away.
  void drain() const;

 private:
  Doorbell(UniqueFd listening, UniqueFd ringing)
      : listening_(std::move(listening)), ringing_(std::move(ringing)) {}
  UniqueFd listening_;
  UniqueFd ringing_;
};

/// Rings through a bare ringing end, as an instance does that was given one.
void ring_doorbell(int ringing_end);

}  // namespace glowplug::instances
