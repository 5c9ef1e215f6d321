#pragma once
#include <string>
#include <string_view>

#include "base/child_process.h"
#include "base/file.h"

namespace glowplug::observe::testing {

/// What `promtool check metrics` says about a text: empty if it accepts it, else its complaints, or
/// that it is not installed.
inline std::string promtool_complaints(std::string_view text) {
  const auto folder = TemporaryFolder::create();
  if (!folder) return folder.error().message;
  const auto file = folder->path() / "metrics.txt";
  if (const auto written = write_file_atomically(file, text, false); !written)
    return written.error().message;
  const auto run = run_program({"/bin/sh", "-c", "exec promtool check metrics < " + file.string()});
  if (!run) return run.error().message;
  if (run->status.success()) return run->output + run->errors;
  if (run->status.number == 127) return "promtool is missing: apt-get install prometheus";
  return run->status.describe() + ": " + run->output + run->errors;
}

}  // namespace glowplug::observe::testing
