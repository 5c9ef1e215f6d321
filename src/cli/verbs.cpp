#include "cli/verbs.h"

#include <algorithm>
#include <array>
#include <utility>

namespace glowplug::cli {

VerbFunction function_of(std::string_view verb) {
  static constexpr std::array<std::pair<std::string_view, VerbFunction>, 18> kVerbs{{
      {"up", run_up},
      {"doctor", run_doctor},
      {"export", run_export},
      {"inspect", run_inspect},
      {"coldstart", run_coldstart},
      {"invoke", run_invoke},
      {"serve", run_serve},
      {"functions", run_functions},
      {"add", run_add},
      {"alias", run_alias},
      {"remove", run_remove},
      {"clean", run_clean},
      {"config", run_config},
      {"completion", run_completion},
      {"help", run_help},
      {"version", run_version},
      {"__complete", run_complete},
      {"__docs", run_docs},
  }};
  const auto* const found = std::find_if(kVerbs.begin(), kVerbs.end(),
                                         [verb](const auto& row) { return row.first == verb; });
  return found == kVerbs.end() ? nullptr : found->second;
}

}  // namespace glowplug::cli
