#pragma once
#include <string>

#include "base/fd.h"
#include "base/log.h"
#include "base/result.h"

namespace glowplug::runtime {

/// Starts the process that reads what the processes of one function print, and writes it to `log`
/// as lines "handler_log" with function and version. It lives until the last of them has closed the
/// returned end: what was printed right before a crash is told all the same. It inherits what this
/// process has given up by then.
///
/// The returned end is a SEQPACKET socket, never blocking: what it does not take is lost. A packet
/// is a byte 1 and a JSON object {"level", "message", "request_id", "traceback": [lines], …}, or
/// plain text as the C library prints it. At most a megabyte a second is written.
[[nodiscard]] Result<UniqueFd> start_function_log(const std::string& function,
                                                  const std::string& version);

/// One packet as lines of `log`: for tests too.
void log_packet(Log& log, const std::string& function, const std::string& version,
                std::string_view packet);

}  // namespace glowplug::runtime
