#include "gateway/announcement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/units.h"

namespace glowplug::gateway {
namespace {

using Cells = std::array<std::string, 6>;

Cells cells_of(const StartRow& row) {
  const bool ready = row.problem.empty();
  return {row.function, row.version,
          row.digest,   row.engine,
          row.form,     ready ? format_duration(row.sleeps_after) : "not ready: " + row.problem};
}

void append_line(std::string& to, const Cells& cells, const std::array<std::size_t, 6>& widths) {
  to += " ";
  for (std::size_t i = 0; i + 1 < cells.size(); ++i)
    to += fmt::format(" {:<{}} ", cells[i], widths[i]);
  to += " " + cells.back() + "\n";
}

}  // namespace

std::string address_text(std::string_view host, std::uint16_t port) {
  if (host.empty() || host == "*") host = "0.0.0.0";
  const bool bare_v6 = host.find(':') != std::string_view::npos && !host.starts_with('[');
  return bare_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

bool is_loopback(std::string_view host) {
  const bool v4 = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "::1" || host == "[::1]" ||
         (v4 && host.starts_with("127."));
}

std::string what_is_open(std::string_view address) {
  return fmt::format(
      "anyone who reaches {} can call every function, load and unload functions and read "
      "/metrics: there are no keys and no TLS",
      address);
}

std::string start_table(std::string_view version, std::string_view address, bool only_this_machine,
                        const std::vector<StartRow>& rows) {
  std::string text =
      fmt::format("glowplug {}   http://{}   open to: {}\n", version, address,
                  only_this_machine ? "this machine only" : "everyone who reaches it");
  if (rows.empty()) {
    return text +
           "  no functions yet; add one: glowplug export MODEL.onnx --name NAME, then glowplug add "
           "NAME.glow\n";
  }
  std::vector<Cells> lines{{"function", "version", "bundle", "engine", "form", "sleeps after"}};
  for (const StartRow& row : rows) lines.push_back(cells_of(row));
  std::array<std::size_t, 6> widths{};
  for (const Cells& cells : lines) {
    for (std::size_t i = 0; i < widths.size(); ++i)
      widths[i] = std::max(widths[i], cells[i].size());
  }
  for (const Cells& cells : lines) append_line(text, cells, widths);
  return text;
}

}  // namespace glowplug::gateway
