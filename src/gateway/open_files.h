#pragma once
#include <cstdint>

namespace glowplug::gateway {

/// Raises the soft limit of open files to the hard one. Returns the limit then in force.
std::uint64_t raise_open_files();

/// Connections that `limit` open files allow: each takes one, and `reserved` are kept for
/// instances, templates and files. Never less than 1.
[[nodiscard]] std::uint32_t connections_within(std::uint64_t limit, std::uint64_t reserved,
                                               std::uint32_t wanted);

}  // namespace glowplug::gateway
