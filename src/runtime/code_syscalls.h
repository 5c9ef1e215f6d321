#pragma once
#include <cstdint>

namespace glowplug::runtime {

/// Stands in filters for the number of the process that installs them.
inline constexpr std::uint32_t kOwnProcess = 0x7A11'0C0D;

/// Fill a filter of libseccomp (`context`): what instances of code may do, everything else being
/// refused with EPERM; and what a template that loads code may not, everything else being allowed.
/// 0, or a negative errno.
[[nodiscard]] int add_code_rules(void* context);
[[nodiscard]] int add_loading_rules(void* context);

}  // namespace glowplug::runtime
