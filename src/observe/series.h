#pragma once
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <string>
#include <utility>
#include <vector>

namespace glowplug::observe {

/// One time series of a family; taken out of it when destroyed. Two with the same labels must not
/// live at once. The family outlives it.
template <class T>
class Series {
 public:
  template <class... Arguments>
  Series(prometheus::Family<T>& family, const prometheus::Labels& labels, Arguments&&... arguments)
      : family_(&family), metric_(&family.Add(labels, std::forward<Arguments>(arguments)...)) {}
  Series(Series&& other) noexcept
      : family_(other.family_), metric_(std::exchange(other.metric_, nullptr)) {}
  Series& operator=(Series&&) = delete;
  ~Series() {
    if (metric_ != nullptr) family_->Remove(metric_);
  }
  T* operator->() const { return metric_; }

 private:
  prometheus::Family<T>* family_;
  T* metric_;
};

using CounterSeries = Series<prometheus::Counter>;
using GaugeSeries = Series<prometheus::Gauge>;
using HistogramSeries = Series<prometheus::Histogram>;

/// The counters of one family that differ in one label, made when first counted. `Key` has few
/// values (a status, a kind of error), so that a walk is quicker than a map.
template <class Key>
class CountersBy {
 public:
  CountersBy(prometheus::Family<prometheus::Counter>& family, prometheus::Labels labels,
             std::string label)
      : family_(&family), labels_(std::move(labels)), label_(std::move(label)) {}

  /// `text_of(key)` is the label's value; called once for each key.
  template <class TextOf>
  void count(const Key& key, TextOf&& text_of, double by = 1) {
    for (auto& [known, series] : counters_) {
      if (known == key) return series->Increment(by);
    }
    prometheus::Labels labels = labels_;
    labels.emplace(label_, text_of(key));
    counters_.emplace_back(key, CounterSeries(*family_, labels));
    counters_.back().second->Increment(by);
  }

 private:
  prometheus::Family<prometheus::Counter>* family_;
  prometheus::Labels labels_;
  std::string label_;
  std::vector<std::pair<Key, CounterSeries>> counters_;
};

}  // namespace glowplug::observe
