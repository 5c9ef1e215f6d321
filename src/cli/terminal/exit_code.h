#pragma once

namespace glowplug::cli {

// How the program ends; the same table is in docs/cli/README.md.
inline constexpr int kDone = 0;           ///< done, nothing to do, or a verdict of CLEAN
inline constexpr int kFailed = 1;         ///< could not
inline constexpr int kCheckSaidNo = 2;    ///< a check said no; --json says which
inline constexpr int kCouldNotJudge = 3;  ///< not enough to judge by
inline constexpr int kUsage = 64;         ///< wrong flags, arguments or settings
inline constexpr int kInterrupted = 130;  ///< Ctrl-C
inline constexpr int kPipeClosed = 141;   ///< whoever read our output left

}  // namespace glowplug::cli
