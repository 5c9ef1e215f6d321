#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "fetch/allow_list.h"
#include "model/function_environment.h"
#include "scale/keep_warm.h"

namespace glowplug {

/// Which engine runs a function's model.
enum class EngineChoice {
  automatic,    ///< native if the bundle holds the model compiled for it, else that of the manifest
  native,       ///< it cannot be served without
  of_manifest,  ///< ONNX Runtime
};

/// Whether a template that has no instance keeps one child forked for the next wake.
enum class ForkAhead {
  automatic,  ///< models of ONNX Runtime do
  on,
  off,
};

/// How one function is served. `function:` of glowplug.yaml, flags of `serve`, the function's
/// record in the store.
struct FunctionSettings {
  std::uint64_t memory_bytes = std::uint64_t{512} << 20;  ///< of each of its processes
  Duration timeout = seconds(30);   ///< from arrival of a request to its answer
  std::uint32_t min_instances = 0;  ///< kept running without work
  std::uint32_t max_instances = 4;
  std::uint32_t parked = 0;  ///< idle instances kept beyond those at work
  ForkAhead fork_ahead = ForkAhead::automatic;
  scale::KeepWarm keep_warm;      ///< hours in which more than min_instances are kept
  std::uint32_t max_queue = 512;  ///< rows waiting; one more is 503
  std::uint64_t max_queue_bytes = std::uint64_t{256}
                                  << 20;  ///< bytes of tensors waiting; one more request is 503
  Duration idle_timeout = seconds(60);    ///< an instance without work leaves after this long
  std::uint32_t max_batch = 0;            ///< rows that run together; 0: what the bundle allows
  EngineChoice engine = EngineChoice::automatic;
  Variables environment;         ///< of code of the user's own
  std::vector<Secret> secrets;   ///< variables of it whose values are told nowhere
  fetch::AllowList fetch_hosts;  ///< where inputs by reference may be; empty: they are refused
  std::uint64_t fetch_max_bytes = std::uint64_t{20} << 20;  ///< of one of them
  Duration fetch_timeout = seconds(10);  ///< for all of a request, within `timeout`
  Duration max_batch_delay{0};  ///< a request that is not alone waits this long for company
};

/// One setting: flag, key, environment, help and JSON Schema come from this row.
struct SettingRow {
  std::string_view key;      ///< "idle_timeout" in yaml and records; the flag is "--idle-timeout"
  std::string_view type;     ///< "duration", "size", "count", "schedule", "choice", "variables",
                             ///< "secrets" or "hosts"
  std::string_view meaning;  ///< one line for help
  std::string_view example;
  std::function<Result<void>(FunctionSettings&, std::string_view text)>
      read;                                                   ///< errors: invalid_argument
  std::function<std::string(const FunctionSettings&)> write;  ///< what `read` reads back
  std::vector<std::string> choices = {};                      ///< of a "choice"
};
[[nodiscard]] std::span<const SettingRow> function_setting_rows();

/// Settings that someone gave, as text by key; those not given are absent, so that layers can be
/// laid over each other.
using GivenSettings = std::map<std::string, std::string, std::less<>>;
/// `base` with each of `given` laid over it. Errors: invalid_argument naming the key (with "did you
/// mean") or the limit.
[[nodiscard]] Result<FunctionSettings> apply(FunctionSettings base, const GivenSettings& given);

}  // namespace glowplug
