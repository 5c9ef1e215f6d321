#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cli/declaration/declaration.h"

namespace glowplug::cli {

/// Names that exist at this moment. Each function may read the store, changes nothing and gives
/// nothing on failure.
struct LiveNames {
  std::function<std::vector<std::string>()> functions = {};
  std::function<std::vector<std::string>(std::string_view function)> versions = {};
  std::function<std::vector<std::string>()> settings = {};
};

struct Candidate {
  std::string value;
  std::string help;
};

struct Candidates {
  std::vector<Candidate> values;
  bool files = false;    ///< the shell adds the files that fit
  bool folders = false;  ///< or only folders
  /// One a line, "value\thelp"; ":files" and ":folders" are asked of the shell.
  [[nodiscard]] std::string lines() const;
};

/// What may stand in place of the last of `words` (those after the program's name, the last one
/// unfinished and maybe empty). Every value begins with the last word.
[[nodiscard]] Candidates complete(const Program& program, std::span<const std::string> words,
                                  const LiveNames& names);

}  // namespace glowplug::cli
