#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

#include "base/time.h"
#include "trace.h"

namespace glowplug::bench {

/// Numbers by chance, the same from the same seed with every standard library.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}

  /// In (0, 1).
  double uniform() { return (static_cast<double>(engine_() >> 11) + 0.5) * 0x1p-53; }
  double between(double least, double most) { return least + (most - least) * uniform(); }
  double log_between(double least, double most) {
    return least * std::pow(most / least, uniform());
  }
  double exponential(double mean) { return -mean * std::log(uniform()); }
  double log_normal(double sigma) {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return std::exp(sigma * radius * std::cos(2 * std::numbers::pi * uniform()));
  }
  /// With shape below 1: many short ones and a few long ones.
  double weibull(double mean, double shape) {
    return mean / std::tgamma(1 + 1 / shape) * std::pow(-std::log(uniform()), 1 / shape);
  }
  double burr(double c, double k, double lambda) {
    return lambda * std::pow(std::pow(uniform(), -1 / k) - 1, 1 / c);
  }

  /// Megabytes of a function.
  double memory_mb() { return std::min(burr(11.652, 0.221, 107.083), 2000.0); }
  double start_ms(double mb) { return 20 + 0.8 * mb * log_normal(0.5); }
  double run_ms(double mb) { return 0.5 * mb * log_normal(0.8); }

 private:
  std::mt19937_64 engine_;
};

[[nodiscard]] inline Duration from_seconds(double value) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value));
}
[[nodiscard]] inline std::uint64_t from_mb(double value) {
  return static_cast<std::uint64_t>(value * 1e6);
}

}  // namespace glowplug::bench
