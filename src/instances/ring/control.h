#pragma once
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

/// Messages between the gateway and a template, over a SEQPACKET socket; each is one packet: a
/// fixed head and, for some, JSON text. Neither side blocks on the other for long: messages are few
/// and small.
///
///   gateway -> template
///     start{json}              once, first: what to load and within which limits (TemplateSpec)
///     add_slot{slot}           + 2 descriptors: GatewayRing::memory_fd and instance_doorbell
///     fork{slot}               make an instance that serves that slot; one at a time in a slot
///     leave                    end; instances die with the template
///   template -> gateway
///     ready{json}              loaded and warmed up (TemplateReady); no fork is answered before it
///     failed{json}             could not load (code, message, fix); the template ends
///     forked{slot, pid}        + 1 descriptor: the instance's pidfd (see check_instance_pidfd)
///     fork_failed{slot, status = errno}
///     exited{slot, pid, status as of waitpid}
///     ahead{pid}               a child that was forked ahead is ready; 0: it has ended unused. It
///                              counts as no instance; `forked` says that there is none ahead
namespace glowplug::instances {

enum class ControlType : std::uint32_t {
  start = 1,
  add_slot,
  fork,
  leave,
  ready = 101,
  failed,
  forked,
  fork_failed,
  exited,
  ahead
};
inline constexpr std::size_t kMostControlBytes = std::size_t{192} * 1024;
inline constexpr std::size_t kMostControlDescriptors = 4;

struct ControlMessage {
  ControlType type{};
  std::uint32_t slot = 0;
  std::int32_t pid = 0;
  std::int32_t status = 0;
  std::string json;
  std::vector<UniqueFd> descriptors;
};

/// Sends one message. Errors: instance_lost (the other side is gone), exhausted (its queue is
/// full), too_large.
[[nodiscard]] Result<void> send_control(int socket, const ControlMessage& message);
/// Receives one; nullopt when a non-blocking socket has none. Errors: instance_lost (closed),
/// internal (not a message of ours).
[[nodiscard]] Result<std::optional<ControlMessage>> receive_control(int socket);

/// Whether `pidfd`, received from the template `parent`, is of its child `pid` and may be
/// signaled: a template that lies could have sent one of any other process. A process that has
/// ended is fine. Errors: internal saying what it is instead.
[[nodiscard]] Result<void> check_instance_pidfd(int pidfd, pid_t pid, pid_t parent);

}  // namespace glowplug::instances
