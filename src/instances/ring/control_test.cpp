#include "instances/ring/control.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>

#include "base/testing/kill_process.h"

namespace glowplug::instances {
namespace {

class Control : public testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()),
              0);
    ours_.reset(ends[0]);
    theirs_.reset(ends[1]);
  }
  UniqueFd ours_, theirs_;
};

ControlMessage message(ControlType type, std::string json = {}) {
  ControlMessage made;
  made.type = type;
  made.json = std::move(json);
  return made;
}

TEST_F(Control, CarriesNumbersTextAndDescriptors) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(::pipe(pipe_ends.data()), 0);
  ControlMessage sent = message(ControlType::add_slot, R"({"a":1})");
  sent.slot = 5;
  sent.pid = 123;
  sent.status = -9;
  sent.descriptors.emplace_back(pipe_ends[0]);
  sent.descriptors.emplace_back(pipe_ends[1]);
  ASSERT_TRUE(send_control(ours_.get(), sent));
  const auto got = receive_control(theirs_.get());
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((*got)->type, ControlType::add_slot);
  EXPECT_EQ((*got)->slot, 5U);
  EXPECT_EQ((*got)->pid, 123);
  EXPECT_EQ((*got)->status, -9);
  EXPECT_EQ((*got)->json, R"({"a":1})");
  ASSERT_EQ((*got)->descriptors.size(), 2U);
  EXPECT_EQ(::write((*got)->descriptors[1].get(), "x", 1), 1);
  char read = 0;
  EXPECT_EQ(::read(pipe_ends[0], &read, 1), 1);
  EXPECT_NE(::fcntl((*got)->descriptors[0].get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(Control, HasNothingWhenNothingWasSentAndIsLostWhenTheOtherSideLeft) {
  const auto none = receive_control(theirs_.get());
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  ours_.reset();
  EXPECT_EQ(receive_control(theirs_.get()).error().code, Code::instance_lost);
  EXPECT_EQ(send_control(theirs_.get(), message(ControlType::leave)).error().code,
            Code::instance_lost);
}

TEST_F(Control, RefusesToSendMoreThanTheLimit) {
  const auto sent =
      send_control(ours_.get(), message(ControlType::ready, std::string(kMostControlBytes, ' ')));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Code::too_large);
}

TEST_F(Control, SaysThatTheQueueIsFull) {
  Result<void> sent;
  while (sent) sent = send_control(ours_.get(), message(ControlType::fork));
  EXPECT_EQ(sent.error().code, Code::exhausted);
}

TEST_F(Control, RefusesPacketsThatAreNoMessages) {
  const std::array<std::uint32_t, 4> unknown{50, 0, 0, 0};
  ASSERT_EQ(::send(ours_.get(), unknown.data(), sizeof unknown, 0), 16);
  EXPECT_EQ(receive_control(theirs_.get()).error().code, Code::internal);
  ASSERT_EQ(::send(ours_.get(), "short", 5, 0), 5);
  EXPECT_EQ(receive_control(theirs_.get()).error().code, Code::internal);
  const std::string long_packet(kMostControlBytes + 100, 'x');
  ASSERT_GT(::send(ours_.get(), long_packet.data(), long_packet.size(), 0), 0);
  EXPECT_EQ(receive_control(theirs_.get()).error().code, Code::internal);
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (int fd = 0; fd < 256; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

TEST_F(Control, ClosesDescriptorsBeyondTheFewThatAMessageMayCarry) {
  struct {
    std::uint32_t type = 103, slot = 0;
    std::int32_t pid = 0, status = 0;
  } head;
  iovec part{&head, sizeof head};
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int) * 8)> rights{};
  msghdr packet{};
  packet.msg_iov = &part;
  packet.msg_iovlen = 1;
  packet.msg_control = rights.data();
  packet.msg_controllen = rights.size();
  cmsghdr* header = CMSG_FIRSTHDR(&packet);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int) * 8);
  const std::array<int, 8> numbers{0, 0, 0, 0, 0, 0, 0, 0};
  std::memcpy(CMSG_DATA(header), numbers.data(), sizeof numbers);
  const std::size_t before = open_descriptors();
  ASSERT_GT(::sendmsg(ours_.get(), &packet, 0), 0);
  EXPECT_EQ(receive_control(theirs_.get()).error().code, Code::internal);
  EXPECT_EQ(open_descriptors(), before);
}

UniqueFd pidfd_of(pid_t pid) {
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

TEST(InstancePidfd, MustBeOfTheTemplatesOwnChild) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  const UniqueFd of_child = pidfd_of(child);
  const UniqueFd of_self = pidfd_of(::getpid());
  EXPECT_TRUE(check_instance_pidfd(of_child.get(), child, ::getpid()));
  EXPECT_FALSE(check_instance_pidfd(of_child.get(), child, ::getppid()));
  EXPECT_FALSE(check_instance_pidfd(of_self.get(), child, ::getpid()));
  EXPECT_FALSE(check_instance_pidfd(of_self.get(), ::getpid(), ::getpid()));
  EXPECT_FALSE(check_instance_pidfd(0, child, ::getpid()));
  kill_process(child);
  (void)::waitpid(child, nullptr, 0);
  EXPECT_TRUE(check_instance_pidfd(of_child.get(), child, ::getpid())) << "an ended one is fine";
}

}  // namespace
}  // namespace glowplug::instances
