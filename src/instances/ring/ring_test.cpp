#include "instances/ring/ring.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <numeric>
#include <thread>

#include "base/testing/kill_process.h"
#include "instances/ring/doorbell.h"
#include "instances/ring/slot_use.h"

namespace glowplug::instances {
namespace {

constexpr std::array kFloats{Datatype::fp32};

std::unique_ptr<GatewayRing> make_ring(const RingSizes& sizes = {.request_bytes = 1U << 16,
                                                                 .reply_bytes = 1U << 16}) {
  auto ring = GatewayRing::create(sizes);
  EXPECT_TRUE(ring) << ring.error().message;
  return *std::move(ring);
}

Doorbell make_doorbell() {
  auto doorbell = Doorbell::create(Doorbell::Given::ringing_end);
  EXPECT_TRUE(doorbell);
  return *std::move(doorbell);
}

std::unique_ptr<InstanceRing> attach(const GatewayRing& ring, const Doorbell& gateway) {
  auto attached = InstanceRing::attach(UniqueFd(::dup(ring.memory_fd())),
                                       UniqueFd(::dup(ring.instance_doorbell())),
                                       UniqueFd(::dup(gateway.ringing_end())));
  EXPECT_TRUE(attached) << attached.error().message;
  return *std::move(attached);
}

RingRequest request_of(std::uint64_t sequence, std::span<const float> values) {
  RingRequest request;
  request.sequence = sequence;
  request.rows = static_cast<std::uint32_t>(values.size());
  request.inputs.push_back(
      {true, Datatype::fp32, {static_cast<std::int64_t>(values.size())}, {std::as_bytes(values)}});
  request.wanted = {0};
  return request;
}

std::vector<float> floats_of(std::span<const std::byte> bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// Answers every element times two until it is told to leave.
void serve_doubling(InstanceRing& ring) {
  for (;;) {
    InstanceRing::Request& request = ring.next();
    if (request.operation == RingOperation::leave) return;
    std::vector<float> values = floats_of(request.inputs[0]->bytes);
    for (float& value : values) value *= 2;
    const auto bytes = std::as_bytes(std::span(values));
    auto room = ring.output(0, Datatype::fp32, request.inputs[0]->shape, bytes.size());
    if (room && !bytes.empty()) std::memcpy(room->data(), bytes.data(), bytes.size());
    ring.finish(room ? Result<void>() : Result<void>(room.error()),
                {nanoseconds(1), nanoseconds(2), nanoseconds(3)});
  }
}

/// The next reply, asleep until it is there, as the gateway does it.
Result<RingReply> wait_for_reply(GatewayRing& ring, const Doorbell& gateway,
                                 const GatewayRing::Expected& expected) {
  for (;;) {
    auto reply = ring.take_reply(expected);
    if (!reply) return std::move(reply).error();
    if (*reply) return **std::move(reply);
    if (!ring.prepare_to_sleep()) continue;
    pollfd polled{gateway.listening_end(), POLLIN, 0};
    (void)::poll(&polled, 1, -1);
    gateway.drain();
    ring.woke();
  }
}

void tell_to_leave(GatewayRing& ring) {
  RingRequest leave;
  leave.sequence = ~std::uint64_t{0};
  leave.operation = RingOperation::leave;
  ASSERT_TRUE(ring.put_request(leave));
}

TEST(Ring, AnswersWhatItWasAskedAcrossThreadsAndWraps) {
  const auto ring = make_ring();
  const Doorbell gateway = make_doorbell();
  const auto instance = attach(*ring, gateway);
  std::thread server([&instance] { serve_doubling(*instance); });
  for (std::uint64_t sequence = 1; sequence <= 2000; ++sequence) {
    const std::vector<float> values(sequence % 7, static_cast<float>(sequence));
    ASSERT_TRUE(ring->put_request(request_of(sequence, values)));
    const auto reply = wait_for_reply(*ring, gateway, {sequence, kFloats});
    ASSERT_TRUE(reply) << reply.error().message;
    ASSERT_TRUE(reply->outputs);
    const Tensor& output = reply->outputs->at(0);
    EXPECT_EQ(output.shape, Shape{static_cast<std::int64_t>(values.size())});
    EXPECT_EQ(floats_of(output.bytes),
              std::vector<float>(values.size(), 2 * static_cast<float>(sequence)));
    EXPECT_EQ(reply->timing.run, nanoseconds(2));
  }
  tell_to_leave(*ring);
  server.join();
}

TEST(Ring, KeepsTwoBatchesInFlightInOrder) {
  const auto ring = make_ring();
  const Doorbell gateway = make_doorbell();
  const auto instance = attach(*ring, gateway);
  std::thread server([&instance] { serve_doubling(*instance); });
  const std::array value{1.0F};
  std::uint64_t put = 0;
  for (std::uint64_t taken = 0; taken < 5000; ++taken) {
    while (ring->free_slots() > 0 && put < 5000)
      ASSERT_TRUE(ring->put_request(request_of(++put, value)));
    const auto reply = wait_for_reply(*ring, gateway, {taken + 1, kFloats});
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->sequence, taken + 1);
  }
  tell_to_leave(*ring);
  server.join();
}

TEST(Ring, ARequestWaitsForAnInstanceThatIsBornLater) {
  const auto ring = make_ring();
  const Doorbell gateway = make_doorbell();
  const std::array value{21.0F};
  ASSERT_TRUE(ring->put_request(request_of(1, value)));
  tell_to_leave(*ring);
  EXPECT_EQ(ring->free_slots(), 0U);
  const auto instance = attach(*ring, gateway);
  serve_doubling(*instance);
  auto reply = ring->take_reply({1, kFloats});
  ASSERT_TRUE(reply);
  ASSERT_TRUE(*reply);
  EXPECT_EQ(floats_of((*reply)->outputs->at(0).bytes), std::vector<float>{42});
}

TEST(Ring, IsReusedByTheNextInstanceAfterOneWasKilled) {
  const auto ring = make_ring();
  const Doorbell gateway = make_doorbell();
  const std::array value{3.0F};
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(ring->put_request(request_of(1, value)));
    const pid_t child = ::fork();
    if (child == 0) {
      const auto instance = attach(*ring, gateway);
      (void)instance->next();
      gateway.ring();
      ::pause();  // with the request in hand, until it is killed
      ::_exit(1);
    }
    pollfd polled{gateway.listening_end(), POLLIN, 0};
    ASSERT_EQ(::poll(&polled, 1, 60'000), 1);
    gateway.drain();
    ASSERT_TRUE(ring->put_request(request_of(2, value)));
    EXPECT_EQ(ring->begun(), 1U);
    EXPECT_EQ(ring->free_slots(), 0U);
    kill_process(child);
    (void)::waitpid(child, nullptr, 0);
    ring->reset();
    EXPECT_EQ(ring->begun(), 0U);
    EXPECT_EQ(ring->free_slots(), kRingSlots);
    ASSERT_TRUE(ring->take_reply({1, kFloats}));
  }
  const auto instance = attach(*ring, gateway);
  ASSERT_TRUE(ring->put_request(request_of(9, value)));
  tell_to_leave(*ring);
  serve_doubling(*instance);
  const auto reply = wait_for_reply(*ring, gateway, {9, kFloats});
  ASSERT_TRUE(reply) << reply.error().message;
}

TEST(Ring, ReadsAsLeaveOnceNobodyIsThereToAskAnyMore) {
  auto ring = make_ring();
  const Doorbell gateway = make_doorbell();
  const auto instance = attach(*ring, gateway);
  const std::array value{3.0F};
  ASSERT_TRUE(ring->put_request(request_of(1, value)));
  ring.reset();  // the gateway's end, without a word
  EXPECT_EQ(instance->next().operation, RingOperation::infer)
      << "what lies in the ring comes first";
  instance->finish(Error{Code::internal, "not looked at", {}}, {});
  for (int again = 0; again < 2; ++again) {
    const InstanceRing::Request& last = instance->next();
    EXPECT_EQ(last.operation, RingOperation::leave);
    EXPECT_EQ(last.sequence, 0U);
  }
}

TEST(Ring, CarriesInputsInPiecesAndLeavesOutWhatIsAbsent) {
  const auto ring = make_ring();
  const Doorbell gateway = make_doorbell();
  const auto instance = attach(*ring, gateway);
  const std::array first{1.0F, 2.0F};
  const std::array second{3.0F};
  const std::array<std::int64_t, 1> wide{-7};
  RingRequest request;
  request.sequence = 1;
  request.rows = 3;
  request.inputs.push_back(
      {true,
       Datatype::fp32,
       {3, 1},
       {std::as_bytes(std::span(first)), {}, std::as_bytes(std::span(second))}});
  request.inputs.push_back({});
  request.inputs.push_back({true, Datatype::int64, {}, {std::as_bytes(std::span(wide))}});
  request.inputs.push_back({true, Datatype::fp32, {0, 4}, {}});
  request.wanted = {1, 3};
  ASSERT_TRUE(ring->put_request(request));
  const InstanceRing::Request& got = instance->next();
  EXPECT_EQ(got.rows, 3U);
  EXPECT_EQ(got.wanted, (std::vector<std::size_t>{1, 3}));
  ASSERT_EQ(got.inputs.size(), 4U);
  EXPECT_EQ(floats_of(got.inputs[0]->bytes), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(Shape(got.inputs[0]->shape.begin(), got.inputs[0]->shape.end()), (Shape{3, 1}));
  EXPECT_FALSE(got.inputs[1]);
  EXPECT_TRUE(got.inputs[2]->shape.empty());
  EXPECT_TRUE(got.inputs[3]->bytes.empty());
  for (const auto& input : {got.inputs[0], got.inputs[2]})
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(input->bytes.data()) % 64, 0U);
}

TEST(Ring, RefusesARequestThatDoesNotFitAndNamesLimitAndSize) {
  const auto ring = make_ring({.request_bytes = 1000, .reply_bytes = 1000});
  const std::vector<float> values(251);
  const auto put = ring->put_request(request_of(1, values));
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, Code::too_large);
  EXPECT_EQ(put.error().message,
            "the inputs have 1004 bytes together; 1000 at most fit into one run");
  EXPECT_EQ(ring->free_slots(), kRingSlots);
  EXPECT_TRUE(ring->put_request(request_of(1, std::span(values).first(250))));
}

TEST(Ring, TakesTheMostThatFits) {
  const auto ring = make_ring({.request_bytes = 4096, .reply_bytes = 4096});
  const Doorbell gateway = make_doorbell();
  const auto instance = attach(*ring, gateway);
  const std::vector<std::byte> bytes(4096 / kMostTensors, std::byte{7});
  RingRequest request;
  request.sequence = 1;
  for (std::size_t i = 0; i < kMostTensors; ++i) {
    request.inputs.push_back({true, Datatype::uint8, {1, 1, 1, 1, 1, 1, 1, 16}, {bytes}});
    request.wanted.push_back(i);
  }
  ASSERT_TRUE(ring->put_request(request));
  const InstanceRing::Request& got = instance->next();
  for (std::size_t i = 0; i < kMostTensors; ++i) {
    const auto room = instance->output(i, Datatype::uint8, got.inputs[i]->shape, 16);
    ASSERT_TRUE(room) << room.error().message;
    std::memcpy(room->data(), got.inputs[i]->bytes.data(), 16);
  }
  instance->finish({}, {});
  const std::vector<Datatype> datatypes(kMostTensors, Datatype::uint8);
  const auto reply = ring->take_reply({1, datatypes});
  ASSERT_TRUE(reply) << reply.error().message;
  for (const Tensor& output : *(*reply)->outputs) EXPECT_EQ(output.bytes, bytes);
}

TEST(Ring, TellsTheInstancesErrorAndDropsItsOutputs) {
  const auto ring = make_ring({.request_bytes = 1000, .reply_bytes = 1000});
  const Doorbell gateway = make_doorbell();
  const auto instance = attach(*ring, gateway);
  const std::array value{1.0F};
  const auto answer = [&](std::uint64_t sequence, const Result<void>& outcome) {
    EXPECT_TRUE(ring->put_request(request_of(sequence, value)));
    (void)instance->next();
    instance->finish(outcome, {});
    auto reply = ring->take_reply({sequence, kFloats});
    EXPECT_TRUE(reply && *reply);
    EXPECT_FALSE((*reply)->outputs);
    return (*reply)->outputs.error();
  };
  const Error told = answer(1, Error{Code::invalid_argument, "Gather index 9 out of range", {}});
  EXPECT_EQ(told.code, Code::invalid_argument);
  EXPECT_EQ(told.message, "Gather index 9 out of range");
  EXPECT_EQ(answer(2, {}).message, "the engine gave 0 of 1 outputs");
  EXPECT_EQ(answer(3, Error{Code::unauthenticated, "x", {}}).code, Code::internal);
  EXPECT_EQ(answer(4, Error{Code::internal, std::string(10'000, 'e'), {}}).message.size(),
            kMostErrorBytes);
}

TEST(Ring, RefusesAnOutputThatHasNoRoomOrIsOutOfTurn) {
  const auto ring = make_ring({.request_bytes = 1000, .reply_bytes = 1000});
  const Doorbell gateway = make_doorbell();
  const auto instance = attach(*ring, gateway);
  const std::array value{1.0F};
  ASSERT_TRUE(ring->put_request(request_of(1, value)));
  (void)instance->next();
  EXPECT_EQ(instance->output(1, Datatype::fp32, Shape{1}, 4).error().code, Code::internal);
  EXPECT_EQ(instance->output(0, Datatype::fp32, Shape{251}, 1004).error().code, Code::too_large);
  EXPECT_EQ(instance->output(0, Datatype::fp32, Shape(9, 1), 4).error().code, Code::unimplemented);
  EXPECT_TRUE(instance->output(0, Datatype::fp32, Shape{250}, 1000));
  EXPECT_EQ(instance->output(0, Datatype::fp32, Shape{1}, 4).error().code, Code::internal);
}

std::size_t blocks_of(const GatewayRing& ring) {
  struct stat status{};
  EXPECT_EQ(::fstat(ring.memory_fd(), &status), 0);
  return static_cast<std::size_t>(status.st_blocks) * 512;
}

/// Two ends and what goes over them: `count` floats in, as many out.
class LargeBatches : public testing::Test {
 protected:
  static constexpr std::size_t kMany = 2'000'000;  // 16 MB there and back
  void put(std::size_t count) {
    const std::vector<float> values(count, 1.0F);
    ASSERT_TRUE(ring_->put_request(request_of(++put_, values)));
  }
  void answer() {
    const auto& request = instance_->next();
    auto room = instance_->output(0, Datatype::fp32, request.inputs[0]->shape,
                                  request.inputs[0]->bytes.size());
    ASSERT_TRUE(room);
    std::memset(room->data(), 0, room->size());
    instance_->finish({}, {});
    ASSERT_TRUE(ring_->take_reply({++taken_, kFloats}));
  }
  void one_by_one(int batches, std::size_t count) {
    for (int i = 0; i < batches; ++i) {
      put(count);
      answer();
    }
  }
  void two_at_once(std::size_t count) {
    put(count);
    put(count);
    answer();
    answer();
  }

  std::unique_ptr<GatewayRing> ring_ =
      make_ring({.request_bytes = 64U << 20, .reply_bytes = 64U << 20});
  Doorbell gateway_ = make_doorbell();
  std::unique_ptr<InstanceRing> instance_ = attach(*ring_, gateway_);
  std::uint64_t put_ = 0;
  std::uint64_t taken_ = 0;
};

TEST_F(LargeBatches, CostNoMemoryUntilThereAreAnyAndGiveTheirSlotsBack) {
  EXPECT_LT(blocks_of(*ring_), 64U << 10);
  two_at_once(kMany);
  EXPECT_GT(blocks_of(*ring_), 30U << 20);
  two_at_once(kMany * 9 / 10);  // a steady stream of large batches keeps its pages
  EXPECT_GT(blocks_of(*ring_), 30U << 20);
  two_at_once(10);
  EXPECT_LT(blocks_of(*ring_), 5U << 20);
  ring_->reset();
  EXPECT_LT(blocks_of(*ring_), 64U << 10);
}

TEST_F(LargeBatches, OneByOneTouchOneSlot) {
  one_by_one(4, kMany);
  EXPECT_LT(blocks_of(*ring_), 17U << 20);
}

TEST_F(LargeBatches, LeaveTheSecondSlotOnceOneIsEnoughForLong) {
  two_at_once(kMany);
  one_by_one(SlotChoice::kRestBatches - 1, 10);
  EXPECT_GT(blocks_of(*ring_), 15U << 20);
  one_by_one(1, 10);
  EXPECT_LT(blocks_of(*ring_), 5U << 20);
  two_at_once(kMany);  // and it is there again
  EXPECT_GT(blocks_of(*ring_), 30U << 20);
}

TEST_F(LargeBatches, GoIntoWhicheverSlotIsFree) {
  put(3);
  put(4);
  for (std::size_t count = 5; count < 50; ++count) {
    const auto& request = instance_->next();
    EXPECT_EQ(floats_of(request.inputs[0]->bytes), std::vector<float>(count - 2, 1.0F));
    auto room = instance_->output(0, Datatype::fp32, request.inputs[0]->shape, 4 * (count - 2));
    ASSERT_TRUE(room);
    std::memcpy(room->data(), request.inputs[0]->bytes.data(), room->size());
    instance_->finish({}, {});
    const auto reply = ring_->take_reply({++taken_, kFloats});
    ASSERT_TRUE(reply && *reply);
    EXPECT_EQ(floats_of((*reply)->outputs->at(0).bytes), std::vector<float>(count - 2, 1.0F));
    put(count);  // while the other batch lies in the other slot
  }
}

TEST(Ring, ItsMemoryCannotBeTruncatedOrGrown) {
  const auto ring = make_ring();
  EXPECT_EQ(::ftruncate(ring->memory_fd(), 0), -1);
  EXPECT_EQ(::ftruncate(ring->memory_fd(), 1 << 30), -1);
  EXPECT_EQ(::fcntl(ring->memory_fd(), F_ADD_SEALS, F_SEAL_WRITE), -1);
}

TEST(Ring, AttachRefusesWhatIsNoRing) {
  UniqueFd plain(::memfd_create("plain", MFD_ALLOW_SEALING));
  ASSERT_EQ(::ftruncate(plain.get(), 1 << 20), 0);
  const auto unsealed = InstanceRing::attach(UniqueFd(::dup(plain.get())), UniqueFd(), UniqueFd());
  ASSERT_FALSE(unsealed);
  EXPECT_EQ(unsealed.error().code, Code::invalid_argument);
  ASSERT_EQ(::fcntl(plain.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
  const auto empty = InstanceRing::attach(UniqueFd(::dup(plain.get())), UniqueFd(), UniqueFd());
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().message, "not a ring: 1048576 bytes that do not begin as one");
}

TEST(Doorbell, NeverBlocksTheGatewayWhateverTheOtherSideDoes) {
  auto to_instance = Doorbell::create(Doorbell::Given::listening_end);
  ASSERT_TRUE(to_instance);
  for (int i = 0; i < 100'000; ++i) to_instance->ring();  // more than a pipe holds
  const Doorbell to_gateway = make_doorbell();
  // The instance makes its end blocking; the gateway's end keeps its own flags.
  ASSERT_EQ(::fcntl(to_gateway.ringing_end(), F_SETFL, 0), 0);
  to_gateway.drain();
  to_gateway.ring();
  to_gateway.drain();
  pollfd polled{to_gateway.listening_end(), POLLIN, 0};
  EXPECT_EQ(::poll(&polled, 1, 0), 0);
}

}  // namespace
}  // namespace glowplug::instances
