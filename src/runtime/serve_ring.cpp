#include "runtime/serve_ring.h"

namespace glowplug::runtime {
namespace {

class ReplySlot final : public engine::OutputSink {
 public:
  explicit ReplySlot(instances::InstanceRing& ring) : ring_(ring) {}
  [[nodiscard]] Result<std::span<std::byte>> output(std::size_t index, Datatype datatype,
                                                    std::span<const std::int64_t> shape,
                                                    std::size_t size_bytes) override {
    return ring_.output(index, datatype, shape, size_bytes);
  }

 private:
  instances::InstanceRing& ring_;
};

RunTiming timing_of(const engine::RunReport& report) {
  return {nanoseconds(report.input_ns), nanoseconds(report.run_ns), nanoseconds(report.output_ns)};
}

}  // namespace

void serve_ring(instances::InstanceRing& ring, const Sessions& sessions) {
  ReplySlot reply(ring);
  for (;;) {
    const instances::InstanceRing::Request& request = ring.next();
    if (request.operation == instances::RingOperation::leave) return;
    const bool is_event = request.operation == instances::RingOperation::event;
    if (is_event && sessions.events == nullptr) {
      ring.finish(Error{Code::internal, "an event came to a function without a handler", {}}, {});
      continue;
    }
    engine::Session& session = is_event ? *sessions.events : sessions.model;
    const auto report = session.run(request.inputs, request.wanted, reply);
    if (report) {
      ring.finish({}, timing_of(*report));
    } else {
      ring.finish(report.error(), {});
    }
  }
}

}  // namespace glowplug::runtime
