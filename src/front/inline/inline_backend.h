#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "base/loop.h"
#include "engine/engine.h"
#include "front/backend.h"

namespace glowplug::front {

/// The back end without processes: runs the session on the loop's own thread, one batch at a time.
/// Between two batches the loop handles what became ready, so batches form as in the gateway.
class InlineBackend final : public Backend {
 public:
  /// `signature` is the bundle's: the session's, with max_batch and labels. `events`
  /// answers events; null: none come. Loop and sessions outlive *this.
  InlineBackend(Loop& loop, engine::Session& session, Signature signature,
                engine::Session* events = nullptr);

  [[nodiscard]] const Signature& signature() const override { return signature_; }
  [[nodiscard]] std::size_t free_batches() const override { return waiting_ ? 0 : 1; }
  [[nodiscard]] std::size_t idle_instances() const override { return free_batches(); }
  void submit(Batch batch) override;
  void backlog(std::size_t /*batches*/, Duration /*oldest*/) override {}
  void on_room(std::function<void()> call) override { on_room_ = std::move(call); }
  [[nodiscard]] Result<void> health() const override { return {}; }

 private:
  void run_waiting();
  [[nodiscard]] Batch::Outcome run(const Batch& batch);

  Loop& loop_;
  engine::Session& session_;
  Signature signature_;
  engine::Session* events_;
  std::optional<Batch> waiting_;
  std::function<void()> on_room_;
  /// What was posted may come after *this has gone.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace glowplug::front
