#include "instances/pool.h"

#include <utility>

#include "instances/pool_body.h"

namespace glowplug::instances {

bool forks_ahead(const FunctionSettings& settings, std::string_view engine) {
  if (settings.fork_ahead != ForkAhead::automatic) return settings.fork_ahead == ForkAhead::on;
  return engine == "onnxruntime";
}

Pool::Pool(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Pool::~Pool() = default;

Result<std::unique_ptr<Pool>> Pool::create(const PoolParts& parts, PoolOptions options,
                                           PoolObserver* observer) {
  GLOWPLUG_ASSIGN(Doorbell doorbell, Doorbell::create(Doorbell::Given::ringing_end));
  auto body = std::make_unique<Body>(parts, std::move(options), observer, std::move(doorbell));
  GLOWPLUG_TRY(body->begin());
  return std::unique_ptr<Pool>(new Pool(std::move(body)));
}

const Signature& Pool::signature() const { return body_->signature(); }
std::size_t Pool::free_batches() const { return body_->free_batches(); }
std::size_t Pool::idle_instances() const { return body_->idle_instances(); }
void Pool::submit(front::Batch batch) { body_->submit(std::move(batch)); }
void Pool::backlog(std::size_t batches, Duration oldest) { body_->backlog(batches, oldest); }
void Pool::on_room(std::function<void()> call) { body_->on_room(std::move(call)); }
Result<void> Pool::health() const { return body_->health(); }
void Pool::warm() { body_->warm(); }
void Pool::drain(std::function<void()> drained) { body_->drain(std::move(drained)); }
PoolSnapshot Pool::snapshot() const { return body_->snapshot(); }
void Pool::refresh_memory() { body_->refresh_memory(); }

}  // namespace glowplug::instances
