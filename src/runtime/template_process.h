#pragma once
#include "base/fd.h"
#include "base/log.h"
#include "runtime/open_engine.h"
#include "runtime/process_title.h"

namespace glowplug::runtime {

/// The role "template" (instances/ring/control.h): loads what the start message names, then forks
/// an instance for each `fork` and tells how instances end. Returns the exit code: 0 when told to
/// leave or when the gateway is gone, 1 when the model could not be loaded. The caller then leaves
/// by _exit: engines are not destroyed.
/// `control` is the SEQPACKET socket, blocking; `doorbell` the gateway's, which instances inherit.
[[nodiscard]] int run_template(UniqueFd control, UniqueFd doorbell, const OpenEngine& open,
                               const ProcessTitle& title, Log& log);

}  // namespace glowplug::runtime
