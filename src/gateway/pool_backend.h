#pragma once
#include <memory>
#include <optional>

#include "gateway/function_backend.h"
#include "instances/pool.h"
#include "observe/metrics.h"
#include "store/store.h"

namespace glowplug::gateway {

/// A pool as a front serves it: with the lease on its bundle, and with its figures in the metrics.
/// On the loop's thread.
class PoolBackend final : public FunctionBackend, private instances::PoolObserver {
 public:
  /// Errors: those of Pool::create.
  [[nodiscard]] static Result<std::unique_ptr<PoolBackend>> create(
      const instances::PoolParts& parts, instances::PoolOptions options,
      std::optional<store::Lease> lease, std::shared_ptr<observe::FunctionMetrics> metrics);

  [[nodiscard]] const Signature& signature() const override { return pool_->signature(); }
  [[nodiscard]] std::size_t free_batches() const override { return pool_->free_batches(); }
  [[nodiscard]] std::size_t idle_instances() const override { return pool_->idle_instances(); }
  void submit(front::Batch batch) override { pool_->submit(std::move(batch)); }
  void backlog(std::size_t batches, Duration oldest) override { pool_->backlog(batches, oldest); }
  void on_room(std::function<void()> call) override { pool_->on_room(std::move(call)); }
  [[nodiscard]] Result<void> health() const override { return pool_->health(); }
  void report(observe::FunctionMetrics& metrics) override;

  /// Starts the template now.
  void warm() override { pool_->warm(); }
  [[nodiscard]] instances::PoolSnapshot snapshot() const override { return pool_->snapshot(); }
  /// Has the keeper read the memory of its processes.
  void refresh_memory() override { pool_->refresh_memory(); }

 private:
  PoolBackend(std::optional<store::Lease> lease, std::shared_ptr<observe::FunctionMetrics> metrics)
      : lease_(std::move(lease)), metrics_(std::move(metrics)) {}
  void on_template_start(const instances::TemplateStart& start) override;
  void on_cold_start(const instances::ColdStart& start) override;
  void on_eviction(scale::EvictionReason reason) override;

  std::optional<store::Lease> lease_;
  std::shared_ptr<observe::FunctionMetrics> metrics_;  // shared with the front's own record
  instances::PoolCounts reported_;
  std::unique_ptr<instances::Pool> pool_;  // last: it tells *this until its end
};

}  // namespace glowplug::gateway
