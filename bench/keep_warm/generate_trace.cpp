#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "draw.h"

namespace glowplug::bench {
namespace {

constexpr double kHour = 3600;
constexpr double kDay = 24 * kHour;
constexpr double kShareRare = 0.45;    // at most once an hour
constexpr double kShareMedium = 0.36;  // up to once a minute; the others more
constexpr double kShareTimers = 0.16;
constexpr double kSharePoisson = 0.24;  // the others come in bursts
constexpr double kHeadExponent = 1.5;
constexpr double kMostPerSecond = 7;
constexpr double kSwing = 3.2;  // busiest hour to quietest

/// Writes one function's invocations.
class Writer {
 public:
  Writer(Trace& trace, Draw& draw, std::uint32_t function, double run_ms)
      : trace_(trace), draw_(draw), function_(function), run_ms_(run_ms) {}

  void timer(double period) {
    for (double at = draw_.uniform() * period; at < length(); at += period)
      add(at + period * draw_.between(-0.02, 0.02));
  }
  void poisson(double rate) {
    for (double at = next_poisson(0, rate); at < length(); at = next_poisson(at, rate)) {
      if (happens(at)) add(at);
    }
  }
  /// Ten on average, some 200 ms apart; between them gaps with a long tail.
  void bursts(double rate) {
    constexpr double kMeanBurst = 10;
    const double mean_gap = kMeanBurst / (rate * most_of_day());
    for (double at = draw_.uniform() * mean_gap; at < length();
         at += draw_.weibull(mean_gap, 0.5)) {
      if (!happens(at)) continue;
      double within = at;
      do {
        add(within);
        within += draw_.exponential(0.2);
      } while (draw_.uniform() > 1 / kMeanBurst);
    }
  }

 private:
  [[nodiscard]] double length() const {
    return std::chrono::duration<double>(trace_.length).count();
  }
  static double most_of_day() { return 2 * kSwing / (kSwing + 1); }
  double next_poisson(double at, double rate) {
    return at + draw_.exponential(1 / (rate * most_of_day()));
  }
  /// Thins out to the hour of the day.
  bool happens(double at) {
    const double swing = (kSwing - 1) / (kSwing + 1);
    const double weight = 1 + swing * std::sin(2 * std::numbers::pi * at / kDay);
    return draw_.uniform() * most_of_day() < weight;
  }
  void add(double at) {
    if (at < 0 || at >= length()) return;
    trace_.invocations.push_back(
        {from_seconds(at), function_, from_seconds(run_ms_ / 1000 * draw_.log_normal(0.2))});
  }

  Trace& trace_;
  Draw& draw_;
  std::uint32_t function_;
  double run_ms_;
};

/// Invocations a second of the function at `rank`, the most frequent first.
double rate_of(std::uint32_t rank, std::uint32_t functions, Draw& draw) {
  const auto head = static_cast<std::uint32_t>(functions * (1 - kShareRare - kShareMedium));
  const auto medium = static_cast<std::uint32_t>(functions * kShareMedium);
  if (rank < head) {
    const double zipf = std::pow(static_cast<double>(head) / (rank + 1), kHeadExponent) / 60;
    return std::min(zipf, kMostPerSecond);
  }
  return rank < head + medium ? draw.log_between(1 / kHour, 1 / 60.0)
                              : draw.log_between(1 / (7 * kDay), 1 / kHour);
}

void write(Writer& writer, double rate, Draw& draw) {
  constexpr std::array kPeriods{60.0, 300.0, 900.0, kHour};
  const double kind = draw.uniform();
  const bool may_be_timer = rate <= 1 / 60.0;  // 95 % of them are invoked at most once a minute
  if (kind < kShareTimers && may_be_timer)
    return writer.timer(
        *std::min_element(kPeriods.begin(), kPeriods.end(), [rate](double a, double b) {
          return std::abs(std::log(a * rate)) < std::abs(std::log(b * rate));
        }));
  if (kind < kShareTimers + kSharePoisson) return writer.poisson(rate);
  writer.bursts(rate);
}

}  // namespace

Trace generate_trace(const TraceShape& shape) {
  Trace trace;
  trace.length = shape.length;
  Draw draw(shape.seed);
  for (std::uint32_t rank = 0; rank < shape.functions; ++rank) {
    const double mb = draw.memory_mb();
    trace.functions.push_back(
        {fmt::format("f{}", rank), from_mb(mb), from_seconds(draw.start_ms(mb) / 1000)});
    Writer writer(trace, draw, rank, draw.run_ms(mb));
    write(writer, rate_of(rank, shape.functions, draw), draw);
  }
  std::stable_sort(trace.invocations.begin(), trace.invocations.end(),
                   [](const Invocation& a, const Invocation& b) { return a.at < b.at; });
  return trace;
}

}  // namespace glowplug::bench
