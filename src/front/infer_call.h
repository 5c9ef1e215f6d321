#pragma once
#include <memory>
#include <string>

#include "base/loop.h"
#include "fetch/fetcher.h"
#include "front/oip/infer_reader.h"
#include "front/replies.h"
#include "handler/records/predict_codec.h"

namespace glowplug::front {

/// The bodies that an inference may have.
enum class InferForm {
  protocol,  ///< Open Inference Protocol: JSON and binary tensors
  plain,     ///< POST /predict/{function}: records and tables, or what the function's handler takes
};

/// How inputs by reference are fetched, for functions that may have them.
struct Fetching {
  Loop* loop = nullptr;
  fetch::Fetcher* fetcher = nullptr;  ///< null: they are not
  std::size_t max_total_bytes = 0;    ///< of one request
};

struct InferCallLimits {
  oip::InferLimits protocol;
  handler::records::RecordLimits records;
  Fetching fetching{};
};

/// Reads the body, has the inputs fetched that it names by reference (handler/references.h), puts
/// the request into the queue of `served` and answers it later, with Server-Timing. Ends at the
/// earliest of: the function's timeout, the `timeout` parameter, the header `x-request-timeout-ms`
/// (milliseconds, decimal), each from the request's arrival. A client that leaves takes its request
/// out of the queue. `served` and `replies` stay until the request is answered. On the loop's
/// thread.
void start_infer_call(OpenRequest request, std::unique_ptr<std::string> body, InferForm form,
                      ServedFunction& served, Replies& replies, const InferCallLimits& limits);

}  // namespace glowplug::front
