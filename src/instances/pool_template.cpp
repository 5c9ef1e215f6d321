// The template comes and goes.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "instances/pool_body.h"
#include "instances/start_phases.h"

namespace glowplug::instances {
namespace {

bool same_tensors(const std::vector<TensorSpec>& a, const std::vector<TensorSpec>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const TensorSpec& x, const TensorSpec& y) {
                      return x.name == y.name && x.datatype == y.datatype;
                    });
}

}  // namespace

void Pool::Body::start_template() {
  const std::uint32_t most = options_.settings.max_instances;
  // Instances that leave overlap with those that take their place; one may be forked ahead.
  TemplateLaunch launch{
      options_.handler_program, options_.spec,
      CgroupLimits{options_.settings.memory_bytes * (most + std::uint64_t{1}), 2 * most + 3, 0}};
  template_asked_ = now();
  template_proven_ = template_was_ready_ = false;
  out_of_memory_seen_ = 0;
  ring_known_.clear();
  link_ = std::make_unique<TemplateLink>(parts_.loop, parts_.keeper, parts_.cgroups,
                                         static_cast<TemplateEvents&>(*this), launch,
                                         doorbell_.ringing_end(), options_.load_timeout);
}

void Pool::Body::stop_template() {
  place_.reset();
  link_.reset();
  ahead_ = 0;
}

/// Its memory is part of what the sleeping function costs.
void Pool::Body::on_ahead(pid_t pid) {
  ahead_ = pid;
  place_.reset();
  settle();
}

void Pool::Body::on_template_ready(const TemplateReady& ready) {
  warm_wanted_ = false;
  if (auto fits = check_ready(ready); !fits) {
    link_.reset();
    return on_template_ended(std::move(fits).error(), true);
  }
  template_was_ready_ = true;
  ++counts_.templates_started;
  template_start_ = split_template_start(ready, template_asked_, now());
  template_bytes_ = ready.memory_bytes;
  template_cost_ = template_start_->total;
  if (ready.warm_up_ns > 0) run_time_.begin_with(nanoseconds(ready.warm_up_ns));
  if (observer_ != nullptr) observer_->on_template_start(*template_start_);
  log_ready(ready);
  settle();
  template_start_.reset();  // instances asked for from now on do not wait for it
  room();
}

/// Rings name tensors by their place, so both sides must mean the same.
Result<void> Pool::Body::check_ready(const TemplateReady& ready) const {
  const Signature& ours = options_.signature;
  if (same_tensors(ours.inputs, ready.signature.inputs) &&
      same_tensors(ours.outputs, ready.signature.outputs))
    return {};
  return Error{Code::failed_precondition,
               fmt::format("the model is {}, its bundle says {}", ready.signature.describe(),
                           ours.describe()),
               "export the model again"};
}

void Pool::Body::log_ready(const TemplateReady& ready) {
  parts_.log.info("template_ready", "the model is loaded",
                  {{"function", options_.function},
                   {"version", options_.version},
                   {"pid", std::int64_t{link_->pid()}},
                   {"duration_ms", to_ms(template_start_->total)},
                   {"exec_ms", to_ms(template_start_->exec)},
                   {"engine_ms", to_ms(template_start_->engine)},
                   {"confine_ms", to_ms(template_start_->confine)},
                   {"model_ms", to_ms(template_start_->model)},
                   {"warm_up_ms", to_ms(template_start_->warm_up)},
                   {"report_ms", to_ms(template_start_->report)},
                   {"prepared", ready.used_prepared},
                   {"memory_bytes", static_cast<std::int64_t>(ready.memory_bytes)}});
  if (!link_->cgroup_reason().empty())
    parts_.log.warning("no_cgroup", "the template runs without limits by cgroup",
                       {{"function", options_.function}, {"reason", link_->cgroup_reason()}});
  if (std::exchange(missing_told_, true)) return;
  for (const std::string& facility : ready.missing)
    parts_.log.warning("facility_missing", "the sandbox of this function goes without it",
                       {{"function", options_.function}, {"facility", facility}});
}

void Pool::Body::on_template_ended(Error why, bool refused) {
  const bool was_ready = std::exchange(template_was_ready_, false);
  stop_template();
  warm_wanted_ = false;
  const Error error = std::move(why).in("function " + options_.function);
  ++(was_ready ? counts_.templates_crashed : counts_.templates_failed);
  parts_.log.error(
      "template_failed", error.message,
      {{"function", options_.function}, {"version", options_.version}, {"fix", error.fix}});
  // One that has worked did not end because it cannot start.
  if (!was_ready || !template_proven_)
    breaker_.failed(now(), error,
                    refused ? CircuitBreaker::Failure::certain : CircuitBreaker::Failure::chance);
  for (std::size_t i = 0; i < slots_.size(); ++i) orphan(*slots_[i], error.message);
  if (breaker_.open()) refuse_waiting();
  settle();
  room();
}

}  // namespace glowplug::instances
