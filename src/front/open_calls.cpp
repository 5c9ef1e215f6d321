#include "front/open_calls.h"

namespace glowplug::front {

OpenCalls::~OpenCalls() {
  while (const CallPtr call = oldest()) remove(*call);
}

void OpenCalls::add(CallPtr call) {
  QueuedCall& open = *call;
  by_ticket_.insert(by_ticket_.end(), open);
  by_deadline_.insert(by_deadline_.end(), open);  // mostly the last one, too
  open.self = std::move(call);
}

CallPtr OpenCalls::find(std::uint64_t ticket) const {
  const auto found = by_ticket_.find(ticket);
  return found == by_ticket_.end() ? nullptr : found->self;
}

CallPtr OpenCalls::soonest() const {
  return by_deadline_.empty() ? nullptr : by_deadline_.begin()->self;
}

CallPtr OpenCalls::oldest() const {
  return by_ticket_.empty() ? nullptr : by_ticket_.begin()->self;
}

CallPtr OpenCalls::remove(QueuedCall& call) {
  by_ticket_.erase(by_ticket_.iterator_to(call));
  by_deadline_.erase(by_deadline_.iterator_to(call));
  return std::exchange(call.self, nullptr);
}

}  // namespace glowplug::front
