// What the pool tells of itself.
#include <utility>

#include "instances/memory_use.h"
#include "instances/pool_body.h"

namespace glowplug::instances {

PoolSnapshot Pool::Body::snapshot() const {
  PoolSnapshot figures;
  for (const auto& instance : slots_) {
    switch (instance->state()) {
      case InstanceState::absent:
      case InstanceState::gone:
        break;
      case InstanceState::starting:
        ++figures.instances.starting;
        break;
      case InstanceState::parked:
        ++figures.instances.parked;
        break;
      case InstanceState::idle:
        ++figures.instances.idle;
        break;
      case InstanceState::busy:
        ++figures.instances.busy;
        break;
      case InstanceState::leaving:
        ++figures.instances.leaving;
        break;
    }
  }
  figures.counts = counts_;
  figures.memory = memory_;
  figures.template_ready = link_ && link_->ready();
  figures.forked_ahead = ahead_ != 0;
  return figures;
}

void Pool::Body::refresh_memory() {
  if (std::exchange(measuring_, true)) return;
  std::vector<pid_t> pids;
  for (const auto& instance : slots_) {
    if (instance->has_process() && instance->state() != InstanceState::gone)
      pids.push_back(instance->pid());
  }
  const pid_t template_pid = link_ ? link_->pid() : 0;
  const pid_t ahead = ahead_;
  parts_.keeper.run(
      parts_.loop,
      [pids, template_pid, ahead] {
        PoolMemory memory;
        if (template_pid > 0)
          memory.template_pss_bytes = pss_of(template_pid) + pss_of_child(ahead, template_pid);
        for (const pid_t pid : pids) memory.instances_pss_bytes += pss_of(pid);
        return memory;
      },
      [this, alive = std::weak_ptr<bool>(alive_)](PoolMemory memory) {
        if (alive.expired()) return;
        memory_ = memory;
        measuring_ = false;
      });
}

}  // namespace glowplug::instances
