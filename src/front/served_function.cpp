#include "front/served_function.h"

#include <algorithm>
#include <utility>

namespace glowplug::front {
namespace {

QueueLimits limits_of(const FunctionDescription& about) {
  std::int64_t max_batch = about.signature.max_batch;
  if (about.settings.max_batch > 0)
    max_batch = std::min<std::int64_t>(max_batch, about.settings.max_batch);
  return {.max_rows = about.settings.max_queue,
          .max_bytes = about.settings.max_queue_bytes,
          .max_batch = max_batch,
          .max_delay = about.settings.max_batch_delay};
}

}  // namespace

ServedFunction::ServedFunction(Loop& loop, FunctionDescription described,
                               std::unique_ptr<Backend> answers,
                               std::shared_ptr<observe::FunctionMetrics> counted)
    : about(std::move(described)),
      backend(std::move(answers)),
      metrics(std::move(counted)),
      queue(loop, *backend, limits_of(about)) {
  queue.on_run([this](const QueueRun& run) {
    statistics.ran(run.rows, run.timing);
    metrics->ran(run.rows);
    if (run.cold) metrics->cold_start(run.start);
  });
}

void ServedFunction::fail_all(const Error& error) {
  while (!fetching.empty()) {
    const auto fail = fetching.extract(fetching.begin());
    fail.mapped()(error);
  }
  queue.fail_all(error);
}

void ServedFunction::report() {
  using observe::QueueEvent;
  const QueueCounts now = queue.counts();
  metrics->queue_event(QueueEvent::retried, now.retried - reported.retried);
  metrics->queue_event(QueueEvent::lost, now.lost - reported.lost);
  metrics->queue_event(QueueEvent::expired, now.expired - reported.expired);
  metrics->queue_event(QueueEvent::cancelled, now.cancelled - reported.cancelled);
  metrics->queue_event(QueueEvent::refused, now.refused - reported.refused);
  metrics->queue_event(QueueEvent::split, now.split - reported.split);
  reported = now;
  metrics->set_queue(queue.waiting_rows(), open_requests());
  metrics->set_ready(backend->health().has_value());
  backend->report(*metrics);
}

}  // namespace glowplug::front
