#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace glowplug::runtime {

/// What a template gives up before it parses a model. Each function appends to `missing` what this
/// machine or user does not allow; only what was promised and cannot be had is an error.

/// RLIMIT_DATA (0: leaves it), no core files, few descriptors. Never RLIMIT_AS: engines map more
/// than they use.
void limit_resources(std::uint64_t memory_bytes, std::vector<std::string>& missing);

/// Network, IPC and host name of its own; as an ordinary user inside a user namespace of its own,
/// where the machine allows that. The process must have one thread.
void leave_namespaces(std::vector<std::string>& missing);

/// What a process keeps of root's capabilities when it becomes another user.
enum class Keep : std::uint8_t {
  nothing,
  search,  ///< CAP_DAC_READ_SEARCH: it may pass private folders, until drop_capabilities()
};

/// Becomes user and group `id` without any other group. Errors: permission_denied when not started
/// as root.
[[nodiscard]] Result<void> become_user(std::uint32_t id, Keep keep = Keep::nothing);
/// Gives up all capabilities, for good.
void drop_capabilities();

/// SIGKILL when the parent ends. Changing users takes this away, so it is asked for after that.
/// Ends the process at once if its parent is not `parent` any more.
void die_with_parent(int parent);

}  // namespace glowplug::runtime
