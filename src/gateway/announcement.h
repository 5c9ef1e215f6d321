#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace glowplug::gateway {

/// "127.0.0.1:8080", "[::1]:8080"; every address is "0.0.0.0".
[[nodiscard]] std::string address_text(std::string_view host, std::uint16_t port);

/// Whether only this machine reaches an address: "localhost", 127.0.0.0/8, ::1.
[[nodiscard]] bool is_loopback(std::string_view host);

/// What serving on an address that others reach lays open, in one sentence.
[[nodiscard]] std::string what_is_open(std::string_view address);

/// One row of the table that `serve` shows on a terminal.
struct StartRow {
  std::string function;
  std::string version;
  std::string digest;  ///< short
  std::string engine;
  std::string form;  ///< "native", "prepared", "portable"
  Duration sleeps_after{0};
  std::string problem;  ///< why it is not ready; empty if it is
};
/// Columns fitted to their widest cell, one line a function, problems behind it.
[[nodiscard]] std::string start_table(std::string_view version, std::string_view address,
                                      bool only_this_machine, const std::vector<StartRow>& rows);

}  // namespace glowplug::gateway
