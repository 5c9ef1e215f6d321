#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <functional>
#include <random>

#include "base/testing/kill_process.h"
#include "instances/ring/ring.h"
#include "instances/ring/ring_layout.h"

namespace glowplug::instances {
namespace {

constexpr RingSizes kSizes{.request_bytes = 4096, .reply_bytes = 4096};

/// A ring with one batch in flight, and the memory as a hostile instance sees it.
class HostileReply : public testing::Test {
 protected:
  void SetUp() override {
    auto created = GatewayRing::create(kSizes);
    ASSERT_TRUE(created);
    ring_ = *std::move(created);
    memory_ = static_cast<std::byte*>(::mmap(nullptr, layout_.total_bytes(), PROT_READ | PROT_WRITE,
                                             MAP_SHARED, ring_->memory_fd(), 0));
    ASSERT_NE(memory_, MAP_FAILED);
    RingRequest request;
    request.sequence = 7;
    request.wanted = {0, 1};
    ASSERT_TRUE(ring_->put_request(request));
    write_good_reply();
  }
  void TearDown() override { ::munmap(memory_, layout_.total_bytes()); }

  /// INT64[2] and BYTES[1] "abc".
  void write_good_reply() {
    words().replies_published = 1;
    head() = {7, 0, 0, 2, 0, 1, 2, 3};
    tensor(0) = {1, static_cast<std::uint32_t>(Datatype::int64), 1, 0, 16, {2}};
    tensor(1) = {1, static_cast<std::uint32_t>(Datatype::bytes), 1, 0, 7, {1}};
    const std::uint32_t length = 3;
    std::memcpy(tensor_bytes(1), &length, sizeof length);
    std::memcpy(tensor_bytes(1) + 4, "abc", 3);
  }

  RingWords& words() { return *reinterpret_cast<RingWords*>(memory_); }
  ReplyHead& head() { return *reinterpret_cast<ReplyHead*>(memory_ + layout_.reply_slot(0)); }
  TensorHead& tensor(std::size_t index) {
    return reinterpret_cast<TensorHead*>(&head() + 1)[index];
  }
  std::byte* tensor_bytes(std::size_t index) {
    return memory_ + layout_.reply_slot(0) +
           align_up(sizeof(ReplyHead) + 2 * sizeof(TensorHead), 64) + 64 * index;
  }
  Result<std::optional<RingReply>> take() { return ring_->take_reply({7, datatypes_}); }

  std::vector<Datatype> datatypes_{Datatype::int64, Datatype::bytes};
  RingLayout layout_{kSizes};
  std::unique_ptr<GatewayRing> ring_;
  std::byte* memory_ = nullptr;
};

TEST_F(HostileReply, AGoodOneIsTaken) {
  const auto reply = take();
  ASSERT_TRUE(reply) << reply.error().message;
  ASSERT_TRUE((*reply)->outputs);
  EXPECT_EQ((*reply)->outputs->at(1).bytes.size(), 7U);
  EXPECT_EQ(ring_->free_slots(), kRingSlots);
}

TEST_F(HostileReply, EveryBrokenRuleIsAnErrorThatNamesIt) {
  struct Case {
    std::function<void()> breaks;
    std::string_view text;
  };
  const std::vector<Case> cases{
      {[this] { words().replies_published = 2; }, "2 replies published, 0 taken and 1 in flight"},
      {[this] { words().replies_published = ~std::uint64_t{0}; }, "replies published"},
      {[this] { head().sequence = 8; }, "reply to batch 8, 7 was expected"},
      {[this] { head().outputs = 1; }, "1 outputs, 2 were expected"},
      {[this] { head().outputs = ~0U; }, "4294967295 outputs, 2 were expected"},
      {[this] { head().failed = 2; }, "outputs, 2 were expected"},
      {[this] {
         head().failed = 1;
         head().code = 99;
       },
       "an error of code 99"},
      {[this] {
         head().failed = 1;
         head().code = static_cast<std::uint32_t>(Code::instance_lost);
       },
       "an error of code"},
      {[this] {
         head().failed = 1;
         head().code = static_cast<std::uint32_t>(Code::internal);
         head().error_bytes = 4097;
       },
       "an error text of 4097 bytes, 4096 at most"},
      {[this] { tensor(0).present = 0; }, "not present"},
      {[this] { tensor(0).datatype = static_cast<std::uint32_t>(Datatype::fp64); },
       "datatype number"},
      {[this] { tensor(0).datatype = 255; }, "datatype number 255, INT64 was expected"},
      {[this] { tensor(0).rank = 9; }, "9 dimensions, 8 at most"},
      {[this] { tensor(0).rank = ~0U; }, "dimensions, 8 at most"},
      {[this] { tensor(0).shape = {-1}; }, "negative dimension"},
      {[this] {
         tensor(0).rank = 2;
         tensor(0).shape = {std::int64_t{1} << 40, std::int64_t{1} << 40};
       },
       "more than 2^48 elements"},
      {[this] { tensor(0).shape = {3}; }, "16 bytes for 3 elements of INT64"},
      {[this] { tensor(0).size_bytes = 4097; }, "4097 bytes where 4096 are left"},
      {[this] { tensor(0).size_bytes = ~std::uint64_t{0}; }, "where 4096 are left"},
      {[this] { tensor(1).size_bytes = 4081; }, "4081 bytes where 4080 are left"},
      {[this] { tensor(1).size_bytes = 6; }, "ends inside element 0 of 1"},
      {[this] { tensor(1).size_bytes = 8; }, "1 bytes left after its 1 elements"},
      {[this] { tensor(1).shape = {std::int64_t{1} << 47}; }, "ends inside element 1"},
      {[this] { std::memset(tensor_bytes(1), 0xff, 4); }, "ends inside element 0"},
  };
  for (const Case& broken : cases) {
    write_good_reply();
    broken.breaks();
    const auto reply = take();
    ASSERT_FALSE(reply) << broken.text;
    EXPECT_EQ(reply.error().code, Code::internal);
    EXPECT_NE(reply.error().message.find("instance broke the rules of the ring"),
              std::string::npos);
    EXPECT_NE(reply.error().message.find(broken.text), std::string::npos)
        << reply.error().message << " should say " << broken.text;
  }
}

TEST_F(HostileReply, ItsWordOnWhatItBeganIsHeldToWhatIsInFlight) {
  words().requests_begun = ~std::uint64_t{0};
  EXPECT_EQ(ring_->begun(), 1U);
  ASSERT_TRUE(take());
  EXPECT_EQ(ring_->begun(), 0U);
  words().requests_begun = 0;
  EXPECT_EQ(ring_->begun(), 0U);
}

TEST_F(HostileReply, ItHasNoSayInWhereAReplyIsRead) {
  for (auto& slot : words().slots) slot = ~0U;
  const auto reply = take();
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_TRUE((*reply)->outputs);
}

TEST_F(HostileReply, ItsTimesAreHeldToWhatIsPlausible) {
  head().run_ns = -5;
  head().input_ns = std::numeric_limits<std::int64_t>::max();
  const auto reply = take();
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)->timing.run, nanoseconds(0));
  EXPECT_EQ((*reply)->timing.input, std::chrono::hours(24));
}

TEST_F(HostileReply, BytesThatChangeWhileTheyAreReadNeverGiveATensorThatIsNotOne) {
  const pid_t changer = ::fork();
  if (changer == 0) {
    std::minstd_rand random(1);
    auto* bytes = reinterpret_cast<volatile std::uint8_t*>(memory_ + layout_.reply_slot(0));
    for (;;) bytes[random() % 512] = static_cast<std::uint8_t>(random());
  }
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    write_good_reply();
    const auto reply = take();
    if (!reply) continue;
    ++taken;
    if ((*reply)->outputs) {
      for (const Tensor& output : *(*reply)->outputs) ASSERT_TRUE(check_tensor(output.view()));
    }
    ring_->reset();
    RingRequest request;
    request.sequence = 7;
    request.wanted = {0, 1};
    ASSERT_TRUE(ring_->put_request(request));
  }
  kill_process(changer);
  (void)::waitpid(changer, nullptr, 0);
  EXPECT_GT(taken, 0);
}

}  // namespace
}  // namespace glowplug::instances
