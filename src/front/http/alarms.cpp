#include "front/http/alarms.h"

#include <utility>

namespace glowplug::front::http {

class Alarms::Alarm final : public Loop::Registration {
 public:
  Alarm(Alarms& alarms, Time when, std::function<void()> expired)
      : list_(alarms.by_time_), place_(list_.emplace(when, this)), expired_(std::move(expired)) {}
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  ~Alarm() override {
    if (place_ != list_.end()) list_.erase(place_);
  }
  [[nodiscard]] std::function<void()> expire() {
    list_.erase(std::exchange(place_, list_.end()));
    return std::exchange(expired_, nullptr);
  }

 private:
  std::multimap<Time, Alarm*>& list_;
  std::multimap<Time, Alarm*>::iterator place_;  // end(): not in the list any more
  std::function<void()> expired_;
};

Loop::Handle Alarms::add(Time when, std::function<void()> expired) {
  return std::make_unique<Alarm>(*this, when, std::move(expired));
}

std::optional<Time> Alarms::next() const {
  if (by_time_.empty()) return std::nullopt;
  return by_time_.begin()->first;
}

std::function<void()> Alarms::take_due(Time now) {
  if (by_time_.empty() || by_time_.begin()->first > now) return {};
  return by_time_.begin()->second->expire();
}

}  // namespace glowplug::front::http
