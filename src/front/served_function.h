#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "front/backend.h"
#include "front/function_queue.h"
#include "front/oip/statistics.h"
#include "front/openapi.h"
#include "handler/protocol_form.h"
#include "handler/table.h"
#include "model/function_settings.h"
#include "observe/function_metrics.h"

namespace glowplug::front {

/// What a front is told of a function version.
struct FunctionDescription {
  std::string name;
  std::string version;
  std::string engine;   ///< "onnxruntime"
  Signature signature;  ///< of the bundle: with max_batch and labels
  FunctionSettings settings;
  /// Reads the bodies of POST /predict/{function} and writes its answers; null: they go to the
  /// function's handler as events.
  std::shared_ptr<const handler::Table> table{};
  /// Called on the loop's thread when the document is asked for; empty: it does not tell of this.
  std::function<std::shared_ptr<const OpenApiPart>()> openapi{};
  /// What records of its events may name instead of carrying it: handler::item_field.
  std::string item_field{};
  /// What else its address of the Open Inference Protocol takes and gives; may be null.
  std::shared_ptr<const handler::ProtocolForm> protocol_form{};
};

/// One function version as it is served: its back end, its queue, what it counted. On the loop's
/// thread; stays in place.
struct ServedFunction {
  ServedFunction(Loop& loop, FunctionDescription described, std::unique_ptr<Backend> answers,
                 std::shared_ptr<observe::FunctionMetrics> counted);
  ServedFunction(const ServedFunction&) = delete;
  ServedFunction& operator=(const ServedFunction&) = delete;

  /// Brings what the queue counted, and its length, to the metrics.
  void report();
  [[nodiscard]] std::size_t open_requests() const {
    return queue.open_requests() + fetching.size();
  }
  /// Answers everything under way with `error`.
  void fail_all(const Error& error);

  FunctionDescription about;
  std::unique_ptr<Backend> backend;
  oip::ModelStatistics statistics;
  std::shared_ptr<observe::FunctionMetrics> metrics;  // shared with another form of this version
  QueueCounts reported;
  /// What waits for inputs by reference, by ticket: how each is answered with an error. They count
  /// as open requests.
  std::map<std::uint64_t, std::function<void(const Error&)>> fetching;
  bool in_flush_list = false;
  FunctionQueue queue;  // last: what it still has is answered, and counted, when it goes
};

}  // namespace glowplug::front
