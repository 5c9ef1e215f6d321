#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/log.h"
#include "gateway/function_loader.h"
#include "gateway/function_source.h"
#include "instances/observation.h"

namespace glowplug::gateway {

struct ColdStartOptions {
  Wanted wanted;
  LoaderOptions loader;
  std::filesystem::path handler_program;
  std::uint32_t rounds = 20;  ///< of each kind
  /// Called after each measured round.
  std::function<void(std::uint32_t done, std::uint32_t of)> progress = [](auto, auto) {};
  /// Asked now and then: whether to leave off.
  std::function<bool()> interrupted = [] { return false; };
};

/// One cold start: from giving a request to the pool until its answer was handed back.
struct ColdStartRound {
  Duration total{0};
  std::vector<instances::StartPhase> phases;  ///< in their order
  Duration rest{0};                           ///< of the total, in no phase
  Duration warm{0};                           ///< the same request right after, all of it
  Duration warm_run{0};                       ///< of that, what is first_run in a cold start
};

struct ColdStarts {
  std::string form;  ///< "native", "prepared" or "portable"
  /// `serve` answers it in its own loop and starts no process, but for batches that would hold the
  /// loop up: those are what is measured.
  bool in_loop = false;
  std::string form_reason;                    ///< why that one
  std::vector<ColdStartRound> from_nothing;   ///< no process: template, then instance
  std::vector<ColdStartRound> from_template;  ///< the template is there, asleep
};

/// Measures a function's cold starts with what `serve` uses: keeper, template and instance
/// processes in their sandbox, rings. The request is the bundle's first sample, or zeros; HTTP is
/// not part of it. Each start is alone, with the page cache as the one before left it. Blocks for
/// as long as it takes. Errors: those of load_function; why the model does not load, or refuses the
/// request; cancelled (interrupted).
[[nodiscard]] Result<ColdStarts> measure_cold_starts(const ColdStartOptions& options,
                                                     FunctionSource& source, Log& log);

}  // namespace glowplug::gateway
