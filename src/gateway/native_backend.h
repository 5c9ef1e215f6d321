#pragma once
#include <deque>
#include <functional>
#include <memory>

#include "base/loop.h"
#include "front/inline/inline_backend.h"
#include "gateway/function_backend.h"
#include "gateway/native_model.h"

namespace glowplug::gateway {

/// A function whose model is compiled for the native engine: it runs in the front's loop and needs
/// no process, neither asleep nor awake. A batch that would hold the loop up for longer than
/// `kMostLoopTime` goes to instances with the same engine. On the loop's thread.
class NativeBackend final : public FunctionBackend {
 public:
  static constexpr Duration kMostLoopTime = std::chrono::microseconds(200);

  /// `signature` is the bundle's; `large` takes the batches that are too long. `loop` outlives
  /// *this.
  NativeBackend(Loop& loop, NativeModel model, Signature signature,
                std::unique_ptr<FunctionBackend> large);

  [[nodiscard]] const Signature& signature() const override { return small_.signature(); }
  [[nodiscard]] std::size_t free_batches() const override;
  [[nodiscard]] std::size_t idle_instances() const override { return free_batches(); }
  void submit(front::Batch batch) override;
  void backlog(std::size_t batches, Duration oldest) override;
  void on_room(std::function<void()> call) override;
  [[nodiscard]] Result<void> health() const override { return {}; }
  void report(observe::FunctionMetrics& metrics) override { large_->report(metrics); }
  void warm() override {}  // it is
  [[nodiscard]] instances::PoolSnapshot snapshot() const override;
  void refresh_memory() override { large_->refresh_memory(); }

 private:
  [[nodiscard]] bool is_short(const front::Batch& batch) const;
  void send_held();

  NativeModel model_;
  front::InlineBackend small_;
  std::unique_ptr<FunctionBackend> large_;
  std::deque<front::Batch> held_;  // for which the instances had no room
};

}  // namespace glowplug::gateway
