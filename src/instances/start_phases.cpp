#include "instances/start_phases.h"

#include <algorithm>

namespace glowplug::instances {
namespace {

Time moment(std::int64_t ns, Time least, Time most) {
  return std::clamp(Time(std::chrono::duration_cast<Duration>(nanoseconds(ns))), least, most);
}

/// As much of what is left as `ns` asks for.
Duration take(std::int64_t ns, Duration& left) {
  const Duration taken = std::clamp<Duration>(nanoseconds(ns), Duration(0), left);
  left -= taken;
  return taken;
}

}  // namespace

TemplateStart split_template_start(const TemplateReady& ready, Time asked, Time now) {
  const Time began = moment(ready.began_ns, asked, now);
  const Time told = moment(ready.told_ns, began, now);
  TemplateStart start;
  start.total = now - asked;
  start.exec = began - asked;
  start.report = now - told;
  Duration inside = told - began;
  start.engine = take(ready.engine_ns, inside);
  start.confine = take(ready.confine_ns, inside);
  start.model = take(ready.model_ns, inside);
  start.warm_up = take(ready.warm_up_ns, inside);
  return start;
}

ColdStart split_cold_start(const SeenStart& seen, const InstanceTimes& said,
                           const RunTiming& first_run) {
  const Time born = std::clamp(said.born, seen.sent, seen.replied);
  const Time took = std::clamp(said.took_first, born, seen.replied);
  const Duration inside = first_run.input + first_run.run + first_run.output;
  ColdStart start;
  start.replied = seen.replied;
  start.total = seen.replied - seen.asked;
  start.ask = seen.sent - seen.asked;
  if (seen.after_template) start.ask -= std::min(start.ask, seen.after_template->total);
  start.fork = born - seen.sent;
  start.attach = took - born;
  start.first_run = std::clamp<Duration>(inside, Duration(0), seen.replied - took);
  start.answer = seen.replied - took - start.first_run;
  start.after_template = seen.after_template;
  return start;
}

std::vector<StartPhase> phases_of(const TemplateStart& start) {
  return {{"exec", start.exec},   {"engine", start.engine},   {"confine", start.confine},
          {"model", start.model}, {"warm_up", start.warm_up}, {"report", start.report}};
}

std::vector<StartPhase> phases_of(const ColdStart& start) {
  return {{"ask", start.ask},
          {"fork", start.fork},
          {"attach", start.attach},
          {"first_run", start.first_run},
          {"answer", start.answer}};
}

}  // namespace glowplug::instances
