#include "front/http/deadlines.h"

namespace glowplug::front::http {

void Deadlines::set(Item& item, Time due) {
  item.due_ = due;
  if (due >= item.place_) return;
  move(item, due);
  arm();
}

void Deadlines::remove(Item& item) {
  item.due_ = Time::max();
  move(item, Time::max());
}

void Deadlines::move(Item& item, Time place) {
  if (item.place_ != Time::max()) order_.erase({item.place_, &item});
  item.place_ = place;
  if (place != Time::max()) order_.emplace(place, &item);
}

void Deadlines::arm() {
  if (order_.empty() || order_.begin()->first >= armed_for_) return;
  armed_for_ = order_.begin()->first;
  timer_ = loop_.at(armed_for_, [this] { run_due(); });
}

void Deadlines::run_due() {
  const Time now = loop_.now();
  armed_for_ = Time::max();
  while (!order_.empty() && order_.begin()->first <= now) {
    Item& item = *order_.begin()->second;
    const bool passed = item.due_ <= now;
    if (passed) item.due_ = Time::max();
    move(item, item.due_);
    if (passed) item.expired();
  }
  arm();
}

}  // namespace glowplug::front::http
