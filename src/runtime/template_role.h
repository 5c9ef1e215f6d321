#pragma once
#include "runtime/open_engine.h"
#include "runtime/process_title.h"

namespace glowplug::runtime {

/// The process's role "template" on the descriptors that it was started with: `control_fd`, and
/// after it the gateway's doorbell. Returns 64 if they are not open, else leaves by _exit when
/// run_template has come to its end.
[[nodiscard]] int run_template_role(int control_fd, const OpenEngine& open,
                                    const ProcessTitle& title);

}  // namespace glowplug::runtime
