#include "runtime/testing/template_client.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "base/file.h"

namespace glowplug::runtime::testing {
namespace {

using instances::ControlMessage;
using instances::ControlType;
using instances::Doorbell;

constexpr int kPatienceMs = 60'000;

}  // namespace

TemplateClient::TemplateClient(const std::filesystem::path& program,
                               std::vector<std::string> prefix)
    : doorbell_(*Doorbell::create(Doorbell::Given::ringing_end)) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
  control_.reset(ends[0]);
  const UniqueFd theirs(ends[1]);
  std::vector<std::string> command = std::move(prefix);
  for (const char* argument : {program.c_str(), "--role", "template", "--control-fd", "3"})
    command.emplace_back(argument);
  auto spawned =
      ChildProcess::spawn({.arguments = std::move(command),
                           .environment = std::nullopt,
                           .descriptors = {{theirs.get(), 3}, {doorbell_.ringing_end(), 4}}});
  EXPECT_TRUE(spawned) << spawned.error().message;
  process_ = *std::move(spawned);
}

void TemplateClient::send(ControlType type, std::uint32_t slot, std::string json) {
  ControlMessage message;
  message.type = type;
  message.slot = slot;
  message.json = std::move(json);
  EXPECT_TRUE(instances::send_control(control_.get(), message));
}

void TemplateClient::start(const instances::TemplateSpec& spec) {
  send(ControlType::start, 0, instances::to_json(spec).dump());
}

void TemplateClient::send_raw(std::string_view bytes) {
  EXPECT_EQ(::send(control_.get(), bytes.data(), bytes.size(), 0),
            static_cast<ssize_t>(bytes.size()));
}

void TemplateClient::add_slot(std::uint32_t slot) {
  auto ring = instances::GatewayRing::create(
      {.request_bytes = std::size_t{4} << 20, .reply_bytes = std::size_t{4} << 20});
  ASSERT_TRUE(ring);
  ControlMessage message;
  message.type = ControlType::add_slot;
  message.slot = slot;
  message.descriptors.emplace_back(::dup((*ring)->memory_fd()));
  message.descriptors.emplace_back(::dup((*ring)->instance_doorbell()));
  ASSERT_TRUE(instances::send_control(control_.get(), message));
  ASSERT_EQ(slot, rings_.size()) << "slots are added in order";
  rings_.push_back(*std::move(ring));
  pidfds_.emplace_back();
  sequences_.push_back(0);
}

bool TemplateClient::wait_readable(std::vector<int> descriptors) {
  std::vector<pollfd> polled;
  for (const int fd : descriptors) polled.push_back({fd, POLLIN, 0});
  const int ready = ::poll(polled.data(), polled.size(), kPatienceMs);
  EXPECT_GT(ready, 0) << "nothing came within a minute";
  return ready > 0;
}

std::optional<ControlMessage> TemplateClient::next() {
  if (!wait_readable({control_.get()})) return std::nullopt;
  auto message = instances::receive_control(control_.get());
  if (!message) {
    EXPECT_EQ(message.error().code, Code::instance_lost) << message.error().message;
    return std::nullopt;
  }
  return *std::move(message);
}

instances::TemplateReady TemplateClient::start_and_wait(const instances::TemplateSpec& spec) {
  start(spec);
  const auto message = next();
  EXPECT_TRUE(message) << "the template ended";
  if (!message) return {};
  EXPECT_EQ(message->type, ControlType::ready) << message->json;
  if (message->type != ControlType::ready) return {};
  auto ready = instances::template_ready_from_json(*parse_json(message->json));
  EXPECT_TRUE(ready) << ready.error().message;
  return *std::move(ready);
}

pid_t TemplateClient::fork(std::uint32_t slot) {
  if (slot == rings_.size()) add_slot(slot);
  send(ControlType::fork, slot);
  auto message = next();
  // No number of a process stands for "none": kill() has a meaning for each.
  if (!message) throw std::runtime_error("the template ended instead of forking");
  if (message->type != ControlType::forked || message->descriptors.size() != 1)
    throw std::runtime_error(fmt::format("the template said {} with status {} instead of forked",
                                         static_cast<int>(message->type), message->status));
  EXPECT_EQ(message->slot, slot);
  EXPECT_TRUE(instances::check_instance_pidfd(message->descriptors[0].get(), message->pid,
                                              process_->pid()));
  pidfds_.at(slot) = std::move(message->descriptors[0]);
  return message->pid;
}

std::optional<instances::RingReply> TemplateClient::ask(std::uint32_t slot,
                                                        instances::RingRequest request,
                                                        Datatype datatype) {
  instances::GatewayRing& ring = *rings_.at(slot);
  request.sequence = ++sequences_.at(slot);
  const auto put = ring.put_request(request);
  EXPECT_TRUE(put) << put.error().message;
  const std::array datatypes{datatype};
  bool ended = false;
  for (;;) {
    auto reply = ring.take_reply({request.sequence, datatypes});
    EXPECT_TRUE(reply) << reply.error().message;
    if (!reply || ended) return std::nullopt;
    if (*reply) return **std::move(reply);
    if (!ring.prepare_to_sleep()) continue;
    if (!wait_readable({doorbell_.listening_end(), pidfds_.at(slot).get()})) return std::nullopt;
    doorbell_.drain();
    ring.woke();
    pollfd instance{pidfds_.at(slot).get(), POLLIN, 0};
    ended = ::poll(&instance, 1, 0) > 0;  // once more: it may have answered before
  }
}

std::string status_of(pid_t pid, const std::string& key) {
  const auto read = read_file("/proc/" + std::to_string(pid) + "/status", 65536);
  if (!read) return {};
  const std::string text = "\n" + *read;
  const std::size_t at = text.find("\n" + key + ":");
  if (at == std::string::npos) return {};
  const std::size_t from = text.find_first_not_of(" \t", at + key.size() + 2);
  return text.substr(from, text.find('\n', from) - from);
}

void wait_for_end(pid_t pid) {
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) return;  // gone already
  pollfd polled{pidfd.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&polled, 1, kPatienceMs), 1) << "process " << pid << " lives on";
}

}  // namespace glowplug::runtime::testing
