#pragma once

namespace glowplug::cli {

/// How the program ends; the same table is in `glowplug help` and docs/cli/README.md.
enum ExitCode : int {
  kDone = 0,           ///< done, nothing to do, or a verdict of CLEAN
  kFailed = 1,         ///< could not
  kCheckSaidNo = 2,    ///< a check said no; --json says which
  kCouldNotJudge = 3,  ///< not enough to judge by
  kUsage = 64,         ///< wrong flags, arguments or settings
  kInterrupted = 130,  ///< Ctrl-C
  kPipeClosed = 141,   ///< whoever read our output left
};

}  // namespace glowplug::cli
