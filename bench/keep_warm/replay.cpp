#include "replay.h"

#include <algorithm>
#include <queue>

namespace glowplug::bench {
namespace {

/// One function while a trace is played.
struct State {
  bool has_template = false;
  bool has_instances = false;
  Time ready;              ///< its start is over then
  Time busy_until;         ///< end of its last run
  Time template_since;     ///< for memory-time
  std::uint64_t life = 0;  ///< an event of an older one is void
};

struct Event {
  Time when;
  enum class Kind { instances_leave, keep_alive_over } kind;
  std::uint32_t function;
  std::uint64_t life;
  bool operator>(const Event& other) const { return when > other.when; }
};

class Replay {
 public:
  Replay(const Trace& trace, Policy& policy, const ReplayOptions& options)
      : trace_(trace), policy_(policy), options_(options), states_(trace.functions.size()) {}

  Outcome run() {
    for (const Invocation& invocation : trace_.invocations) {
      const Time now = Time{} + invocation.at;
      events_until(now);
      invoke(invocation, now);
    }
    const Time end = Time{} + trace_.length;
    events_until(end);
    for (std::uint32_t i = 0; i < states_.size(); ++i) {
      if (states_[i].has_template) count_memory(i, end);
    }
    return finish();
  }

 private:
  void invoke(const Invocation& invocation, Time now) {
    State& state = states_[invocation.function];
    ++outcome_.invocations;
    if (!state.has_instances) wake(invocation.function, state, now);
    const Duration waits = std::max(state.ready - now, Duration(0));
    outcome_.waited += waits;
    outcome_.worst = std::max(outcome_.worst, waits);
    state.busy_until = std::max(state.busy_until, now + waits + invocation.run);
  }

  void wake(std::uint32_t function, State& state, Time now) {
    ++outcome_.wakes;
    policy_.woken(function, now);
    policy_.leave(function);
    Duration added = options_.wake;
    if (!state.has_template) {
      ++outcome_.cold_starts;
      added += trace_.functions[function].start_cost;
      state.has_template = true;
      state.template_since = now;
    }
    state.has_instances = true;
    state.ready = now + added;
    ++state.life;
    added_.push_back(added);
    state.busy_until = state.ready;
    plan_leave(function, state);
  }

  /// One event at a time; when it comes too early because of later runs it is put off.
  void plan_leave(std::uint32_t function, const State& state) {
    events_.push({state.busy_until + options_.idle_timeout, Event::Kind::instances_leave, function,
                  state.life});
  }

  void events_until(Time now) {
    while (!events_.empty() && events_.top().when <= now) {
      const Event event = events_.top();
      events_.pop();
      if (states_[event.function].life == event.life) happen(event);
    }
  }

  void happen(const Event& event) {
    State& state = states_[event.function];
    if (event.kind == Event::Kind::keep_alive_over) {
      policy_.leave(event.function);
      return end_template(event.function, event.when);
    }
    if (state.busy_until + options_.idle_timeout > event.when)
      return plan_leave(event.function, state);
    state.has_instances = false;
    policy_.idle(event.function, trace_.functions[event.function], state.busy_until, event.when);
    if (const auto limit = policy_.keep_alive())
      events_.push({state.busy_until + std::max(*limit, options_.idle_timeout),
                    Event::Kind::keep_alive_over, event.function, state.life});
    for (const std::uint32_t gone : policy_.shrink()) {
      ++outcome_.evictions;
      end_template(gone, event.when);
    }
  }

  void end_template(std::uint32_t function, Time now) {
    count_memory(function, now);
    states_[function].has_template = false;
    ++states_[function].life;
  }

  void count_memory(std::uint32_t function, Time now) {
    const double hours =
        std::chrono::duration<double, std::ratio<3600>>(now - states_[function].template_since)
            .count();
    outcome_.memory_time_gib_hours +=
        hours * static_cast<double>(trace_.functions[function].memory_bytes) / 0x1p30;
  }

  Outcome finish() {
    if (added_.empty()) return outcome_;
    std::sort(added_.begin(), added_.end());
    outcome_.p99_of_wakes_ms = to_ms(added_[(added_.size() - 1) * 99 / 100]);
    Duration sum{0};
    for (const Duration one : added_) sum += one;
    outcome_.mean_of_wakes_ms = to_ms(sum) / static_cast<double>(added_.size());
    return outcome_;
  }

  const Trace& trace_;
  Policy& policy_;
  const ReplayOptions& options_;
  std::vector<State> states_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::vector<Duration> added_;
  Outcome outcome_;
};

}  // namespace

Outcome replay(const Trace& trace, Policy& policy, const ReplayOptions& options) {
  return Replay(trace, policy, options).run();
}

}  // namespace glowplug::bench
