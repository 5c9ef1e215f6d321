#include "gateway/pool_backend.h"

#include <array>
#include <utility>

#include "scale/greedy_dual.h"

namespace glowplug::gateway {
namespace {

using Counts = instances::PoolCounts;
struct CountedEvent {
  const char* name;
  std::uint64_t Counts::* count;
};
constexpr std::array kEvents{
    CountedEvent{"instance_forked", &Counts::forks},
    CountedEvent{"instance_left", &Counts::instances_left},
    CountedEvent{"instance_crashed", &Counts::instances_crashed},
    CountedEvent{"instance_killed", &Counts::instances_killed},
    CountedEvent{"instance_lost_with_rows", &Counts::lost_with_rows},
    CountedEvent{"template_started", &Counts::templates_started},
    CountedEvent{"template_failed", &Counts::templates_failed},
    CountedEvent{"template_crashed", &Counts::templates_crashed},
    CountedEvent{"template_evicted", &Counts::templates_evicted},
};

void report_instances(observe::FunctionMetrics& metrics,
                      const instances::InstancesByState& instances) {
  using observe::InstanceState;
  metrics.set_instances(InstanceState::starting, instances.starting);
  metrics.set_instances(InstanceState::idle, instances.idle);
  metrics.set_instances(InstanceState::busy, instances.busy);
  metrics.set_instances(InstanceState::parked, instances.parked);
  metrics.set_instances(InstanceState::leaving, instances.leaving);
}

}  // namespace

Result<std::unique_ptr<PoolBackend>> PoolBackend::create(
    const instances::PoolParts& parts, instances::PoolOptions options,
    std::optional<store::Lease> lease, std::shared_ptr<observe::FunctionMetrics> metrics) {
  std::unique_ptr<PoolBackend> backend(new PoolBackend(std::move(lease), std::move(metrics)));
  GLOWPLUG_ASSIGN(backend->pool_,
                  instances::Pool::create(parts, std::move(options), backend.get()));
  return backend;
}

void PoolBackend::report(observe::FunctionMetrics& metrics) {
  const instances::PoolSnapshot now = pool_->snapshot();
  for (const CountedEvent& event : kEvents)
    metrics.process_event(event.name, now.counts.*event.count - reported_.*event.count);
  reported_ = now.counts;
  report_instances(metrics, now.instances);
  metrics.set_memory(observe::MemoryOf::template_process, now.memory.template_pss_bytes);
  metrics.set_memory(observe::MemoryOf::instances, now.memory.instances_pss_bytes);
}

void PoolBackend::on_template_start(const instances::TemplateStart& start) {
  for (const instances::StartPhase& phase : phases_of(start))
    metrics_->cold_start_phase(phase.name, phase.duration);
}

void PoolBackend::on_cold_start(const instances::ColdStart& start) {
  for (const instances::StartPhase& phase : phases_of(start))
    metrics_->cold_start_phase(phase.name, phase.duration);
}

void PoolBackend::on_eviction(scale::EvictionReason reason) {
  metrics_->template_evicted(scale::name_of(reason));
}

}  // namespace glowplug::gateway
