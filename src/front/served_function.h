#pragma once
#include <memory>
#include <string>

#include "front/backend.h"
#include "front/function_metrics.h"
#include "front/function_queue.h"
#include "front/oip/statistics.h"
#include "model/function_settings.h"

namespace glowplug::front {

/// One function version as it is served: its back end, its queue, what it counted. On the loop's
/// thread.
struct ServedFunction {
  ServedFunction(Loop& loop, std::string function_name, std::string function_version,
                 Signature model_signature, const FunctionSettings& given,
                 std::unique_ptr<Backend> answers, FunctionMetrics counted);

  std::string name;
  std::string version;
  Signature signature;  ///< of the bundle: with max_batch and labels
  FunctionSettings settings;
  std::unique_ptr<Backend> backend;
  FunctionQueue queue;  // after the back end: it goes first
  oip::ModelStatistics statistics;
  FunctionMetrics metrics;
  bool in_flush_list = false;
};

/// Shared by the table and the requests under way: a version taken out of the table lives until its
/// last request is answered.
using ServedPtr = std::shared_ptr<ServedFunction>;

}  // namespace glowplug::front
