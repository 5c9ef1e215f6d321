#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cli/doctor/machine_facts.h"

namespace glowplug::cli {

enum class Finding { ok, warn, fail };
[[nodiscard]] std::string_view name_of(Finding finding);

/// One line of `doctor`.
struct Check {
  std::string name;  ///< stable, snake_case: "transparent_huge_pages"
  Finding finding = Finding::ok;
  std::string found;    ///< what is there
  std::string meaning;  ///< for speed or safety
  std::string remedy;   ///< a command where there is one; empty when nothing is to be done
};

/// What the facts mean. `fail` is for what glowplug cannot work without. Pure.
[[nodiscard]] std::vector<Check> judge(const MachineFacts& facts);

}  // namespace glowplug::cli
