#include "instances/ring/control.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/file.h"

namespace glowplug::instances {
namespace {

struct PacketHead {
  std::uint32_t type;
  std::uint32_t slot;
  std::int32_t pid;
  std::int32_t status;
};
constexpr std::size_t kRightsBytes = CMSG_SPACE(sizeof(int) * kMostControlDescriptors);
/// Aligned as cmsghdr wants it.
struct alignas(cmsghdr) Rights {
  std::array<std::byte, kRightsBytes> bytes{};
};

bool known(std::uint32_t type) {
  return (type >= static_cast<std::uint32_t>(ControlType::start) &&
          type <= static_cast<std::uint32_t>(ControlType::leave)) ||
         (type >= static_cast<std::uint32_t>(ControlType::ready) &&
          type <= static_cast<std::uint32_t>(ControlType::ahead));
}

Error lost() { return {Code::instance_lost, "the other side of the control socket is gone", {}}; }

Error socket_error(int reason) {
  if (reason == EPIPE || reason == ECONNRESET || reason == ENOTCONN) return lost();
  if (reason == EAGAIN || reason == ENOBUFS)
    return {Code::exhausted, "the control socket's queue is full", {}};
  return system_error("control socket", reason);
}

void attach_descriptors(msghdr& packet, Rights& rights, const std::vector<UniqueFd>& descriptors) {
  const std::size_t size = sizeof(int) * descriptors.size();
  packet.msg_control = rights.bytes.data();
  packet.msg_controllen = CMSG_SPACE(size);
  cmsghdr* header = CMSG_FIRSTHDR(&packet);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(size);
  std::size_t at = 0;
  for (const UniqueFd& descriptor : descriptors) {
    const int number = descriptor.get();
    std::memcpy(CMSG_DATA(header) + at, &number, sizeof number);
    at += sizeof number;
  }
}

std::vector<UniqueFd> take_descriptors(msghdr& packet) {
  std::vector<UniqueFd> descriptors;
  for (cmsghdr* header = CMSG_FIRSTHDR(&packet); header != nullptr;
       header = CMSG_NXTHDR(&packet, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header) + i * sizeof number, sizeof number);
      descriptors.emplace_back(number);
    }
  }
  return descriptors;
}

template <class Call>
ssize_t retried(Call call) {
  ssize_t result = 0;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

}  // namespace

Result<void> send_control(int socket, const ControlMessage& message) {
  GLOWPLUG_CHECK(message.descriptors.size() <= kMostControlDescriptors);
  if (sizeof(PacketHead) + message.json.size() > kMostControlBytes)
    return Error{Code::too_large,
                 fmt::format("a control message of {} bytes; {} at most can be sent",
                             sizeof(PacketHead) + message.json.size(), kMostControlBytes),
                 {}};
  PacketHead head{static_cast<std::uint32_t>(message.type), message.slot, message.pid,
                  message.status};
  std::array<iovec, 2> parts{
      iovec{&head, sizeof head},
      iovec{const_cast<char*>(message.json.data()), message.json.size()}};  // NOLINT: only read
  msghdr packet{};
  packet.msg_iov = parts.data();
  packet.msg_iovlen = parts.size();
  Rights rights;
  if (!message.descriptors.empty()) attach_descriptors(packet, rights, message.descriptors);
  if (retried([&] { return ::sendmsg(socket, &packet, MSG_NOSIGNAL); }) < 0)
    return socket_error(errno);
  return {};
}

Result<std::optional<ControlMessage>> receive_control(int socket) {
  // The size first, so that a message costs what it holds and not the largest there may be.
  const ssize_t size =
      retried([socket] { return ::recv(socket, nullptr, 0, MSG_PEEK | MSG_TRUNC); });
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::optional<ControlMessage>{};
  if (size < 0) return socket_error(errno);
  if (size == 0) return lost();
  const auto json_bytes = std::clamp<ssize_t>(size - static_cast<ssize_t>(sizeof(PacketHead)), 0,
                                              static_cast<ssize_t>(kMostControlBytes));
  PacketHead head{};
  ControlMessage message;
  message.json.resize(static_cast<std::size_t>(json_bytes));
  std::array<iovec, 2> parts{iovec{&head, sizeof head},
                             iovec{message.json.data(), message.json.size()}};
  Rights rights;
  msghdr packet{};
  packet.msg_iov = parts.data();
  packet.msg_iovlen = parts.size();
  packet.msg_control = rights.bytes.data();
  packet.msg_controllen = rights.bytes.size();
  const ssize_t got = retried([&] { return ::recvmsg(socket, &packet, MSG_CMSG_CLOEXEC); });
  if (got < 0) return socket_error(errno);
  message.descriptors = take_descriptors(packet);
  if (got < static_cast<ssize_t>(sizeof head) || !known(head.type) ||
      (packet.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
    return Error{
        Code::internal,
        fmt::format("{} bytes of type {} with {} descriptors on the control socket are not "
                    "a message of ours",
                    got, head.type, message.descriptors.size()),
        {}};
  message.type = static_cast<ControlType>(head.type);
  message.slot = head.slot;
  message.pid = head.pid;
  message.status = head.status;
  return std::optional<ControlMessage>(std::move(message));
}

}  // namespace glowplug::instances
