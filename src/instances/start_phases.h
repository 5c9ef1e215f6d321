#pragma once
#include <optional>

#include "base/time.h"
#include "instances/observation.h"
#include "instances/ring/ring.h"
#include "instances/ring/template_spec.h"
#include "model/infer_request.h"

/// Splits starts into phases. Some of the moments are the word of a process that is not trusted:
/// each is moved to where it can have been, so that no phase is negative and they never exceed the
/// total. Pure.
namespace glowplug::instances {

/// A template asked for at `asked` that the gateway knew to be ready at `now`.
[[nodiscard]] TemplateStart split_template_start(const TemplateReady& ready, Time asked, Time now);

/// What the gateway saw of an instance's start.
struct SeenStart {
  Time asked;
  Time sent;  ///< the template was told to fork
  Time replied;
  std::optional<TemplateStart> after_template;
};
[[nodiscard]] ColdStart split_cold_start(const SeenStart& seen, const InstanceTimes& said,
                                         const RunTiming& first_run);

}  // namespace glowplug::instances
