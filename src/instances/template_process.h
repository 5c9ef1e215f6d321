#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "base/child_process.h"
#include "base/fd.h"
#include "base/result.h"
#include "instances/cgroup.h"
#include "instances/ring/control.h"
#include "instances/ring/template_spec.h"

namespace glowplug::instances {

/// How to start a template: `PROGRAM --role template --control-fd 3`, with 4 = the doorbell.
struct TemplateLaunch {
  std::filesystem::path program;  ///< glowplug-handler
  TemplateSpec spec;
  CgroupLimits limits;
};

/// A started template that has been told what to load; whether it can is said by its first message.
/// Destroying it kills the template (its instances follow by PR_SET_PDEATHSIG) and waits for that:
/// some ms, so let it happen on the keeper's thread.
struct TemplateProcess {
  std::optional<Cgroup> cgroup;  // before the child: goes after it
  ChildProcess child;
  UniqueFd control;           ///< SEQPACKET, non-blocking
  std::string cgroup_reason;  ///< why there is no cgroup although the host has some; else empty
};

/// Starts one and sends it `start`. Blocks for some ms. The calling thread must live as long as the
/// template. `doorbell`: eventfd that its instances ring. `cgroups` may be null. Errors: not_found
/// (the program, with the fix), permission_denied, exhausted, instance_lost (it ended at once).
[[nodiscard]] Result<TemplateProcess> start_template(const TemplateLaunch& launch, int doorbell,
                                                     CgroupHost* cgroups);

/// What the first message of a template says. Errors: what it could not load, with code, text and
/// fix as the template gave them; internal (not a message that fits here).
[[nodiscard]] Result<TemplateReady> read_first_message(const ControlMessage& message);

}  // namespace glowplug::instances
