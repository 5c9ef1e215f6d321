#include "gateway/takeovers.h"

#include <utility>

namespace glowplug::gateway {
namespace {

/// A template that ends by chance (no memory just then, killed) is started again so often.
constexpr std::uint64_t kMostFailures = 3;

}  // namespace

void Takeovers::begin(Arrival arrival, Arrived arrived) {
  const std::string name = arrival.wanted.name;
  cancel(name);
  auto waiting = std::make_shared<Waiting>(Waiting{std::move(arrival), std::move(arrived)});
  FunctionBackend& backend = *waiting->arrival.backend;
  waiting_[name] = waiting;
  // Looked at from the loop, because the back end must not end inside its own call.
  backend.on_room(
      [this, weak = std::weak_ptr(waiting)] { loop_.post([this, weak] { look(weak); }); });
  backend.warm();
  if (backend.snapshot().template_ready)
    loop_.post([this, weak = std::weak_ptr(waiting)] { look(weak); });
}

void Takeovers::look(const std::weak_ptr<Waiting>& weak) {
  const auto waiting = weak.lock();
  if (!waiting || !waiting->arrival.backend) return;
  FunctionBackend& backend = *waiting->arrival.backend;
  const std::string name = waiting->arrival.wanted.name;
  const instances::PoolSnapshot now = backend.snapshot();
  if (now.template_ready) return finish(name, {});
  if (auto health = backend.health(); !health) return finish(name, std::move(health));
  if (now.counts.templates_failed == waiting->failures) return;  // not yet
  waiting->failures = now.counts.templates_failed;
  if (waiting->failures >= kMostFailures)
    return finish(name, Error{Code::unavailable, "its template ended again and again", {}});
  backend.warm();
}

bool Takeovers::expects(const Wanted& wanted) const {
  const auto found = waiting_.find(wanted.name);
  return found != waiting_.end() && found->second->arrival.wanted.same_as(wanted);
}

void Takeovers::cancel(const std::string& name) {
  if (waiting_.contains(name))
    finish(name, Error{Code::cancelled, "another version or an unload came before it", {}});
}

void Takeovers::finish(const std::string& name, Result<void> outcome) {
  const auto waiting = std::move(waiting_.extract(name).mapped());
  waiting->arrived(std::move(waiting->arrival), std::move(outcome));
}

}  // namespace glowplug::gateway
