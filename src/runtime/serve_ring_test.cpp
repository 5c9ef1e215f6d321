#include "runtime/serve_ring.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "instances/ring/doorbell.h"
#include "runtime/testing/probe_engine.h"

namespace glowplug::runtime {
namespace {

using instances::Doorbell;
using instances::GatewayRing;
using instances::InstanceRing;
using instances::RingRequest;
using testing::Probe;

RingRequest request_of(std::uint64_t sequence, const std::int64_t& command) {
  RingRequest request;
  request.sequence = sequence;
  request.rows = 1;
  request.inputs.push_back({true, Datatype::int64, {1}, {std::as_bytes(std::span(&command, 1))}});
  request.wanted = {0};
  return request;
}

TEST(ServeRing, AnswersWithOutputsTimesOrTheErrorUntilToldToLeave) {
  const auto ring = *GatewayRing::create({.request_bytes = 4096, .reply_bytes = 4096});
  const auto gateway = *Doorbell::create(Doorbell::Given::ringing_end);
  const auto instance = *InstanceRing::attach(UniqueFd(::dup(ring->memory_fd())),
                                              UniqueFd(::dup(ring->instance_doorbell())),
                                              UniqueFd(::dup(gateway.ringing_end())));
  const auto engine = testing::make_probe_engine();
  const auto session = engine->open("/proc/self/exe", {});
  ASSERT_TRUE(session);
  const std::array commands{static_cast<std::int64_t>(Probe::echo),
                            static_cast<std::int64_t>(Probe::fail)};
  const std::array datatypes{Datatype::int64};
  ASSERT_TRUE(ring->put_request(request_of(1, commands[0])));
  ASSERT_TRUE(ring->put_request(request_of(2, commands[1])));
  std::thread server([&] { serve_ring(*instance, {**session}); });
  const auto take = [&](std::uint64_t sequence) {
    for (;;) {
      auto reply = ring->take_reply({sequence, datatypes});
      EXPECT_TRUE(reply);
      if (*reply) return **std::move(reply);
      std::this_thread::yield();
    }
  };
  const auto answered = take(1);
  ASSERT_TRUE(answered.outputs);
  std::int64_t found = 0;
  std::memcpy(&found, answered.outputs->at(0).bytes.data(), sizeof found);
  EXPECT_EQ(found, 42);
  EXPECT_EQ(answered.timing.input, nanoseconds(1));
  EXPECT_EQ(answered.timing.run, nanoseconds(2));
  EXPECT_EQ(answered.timing.output, nanoseconds(3));
  const auto failed = take(2);
  ASSERT_FALSE(failed.outputs);
  EXPECT_EQ(failed.outputs.error().message, "probe failed as asked");
  RingRequest leave;
  leave.sequence = 3;
  leave.operation = instances::RingOperation::leave;
  ASSERT_TRUE(ring->put_request(leave));
  server.join();
}

}  // namespace
}  // namespace glowplug::runtime
