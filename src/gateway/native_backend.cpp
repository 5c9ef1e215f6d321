#include "gateway/native_backend.h"

#include <algorithm>
#include <utility>

namespace glowplug::gateway {

NativeBackend::NativeBackend(Loop& loop, NativeModel model, Signature signature,
                             std::unique_ptr<FunctionBackend> large)
    : model_(std::move(model)),
      small_(loop, *model_.session, std::move(signature)),
      large_(std::move(large)) {}

std::size_t NativeBackend::free_batches() const {
  return held_.empty() ? small_.free_batches() : 0;
}

bool NativeBackend::is_short(const front::Batch& batch) const {
  if (batch.kind == RequestKind::event) return false;  // decoded behind the sandbox
  const auto rows = static_cast<std::size_t>(std::max<std::int64_t>(batch.rows, 1));
  return model_.session->estimated_cost_ns(rows) <=
         static_cast<double>(nanoseconds(kMostLoopTime).count());
}

void NativeBackend::submit(front::Batch batch) {
  if (is_short(batch)) return small_.submit(std::move(batch));
  held_.push_back(std::move(batch));
  send_held();
}

void NativeBackend::send_held() {
  while (!held_.empty() && large_->free_batches() > 0) {
    front::Batch batch = std::move(held_.front());
    held_.pop_front();
    large_->submit(std::move(batch));
  }
  large_->backlog(held_.size(), Duration(0));
}

void NativeBackend::backlog(std::size_t /*batches*/, Duration oldest) {
  if (!held_.empty()) large_->backlog(held_.size(), oldest);
}

void NativeBackend::on_room(std::function<void()> call) {
  small_.on_room(call);
  large_->on_room([this, call = std::move(call)] {
    send_held();
    call();
  });
}

instances::PoolSnapshot NativeBackend::snapshot() const {
  instances::PoolSnapshot now = large_->snapshot();
  now.template_ready = true;
  return now;
}

}  // namespace glowplug::gateway
