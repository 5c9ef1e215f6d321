#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "instances/ring/control.h"

namespace glowplug::instances {
namespace {

constexpr std::size_t kMostProcBytes = 65536;

/// The number after `key` and white space; nullopt if there is none.
std::optional<long> number_after(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = text.substr(at + key.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  long number = 0;
  if (std::from_chars(rest.data(), rest.data() + rest.size(), number).ec != std::errc{})
    return std::nullopt;
  return number;
}

Error refuse(std::string text) {
  return {
      Code::internal, "the template sent no descriptor of its instance: " + std::move(text), {}};
}

}  // namespace

Result<void> check_instance_pidfd(int pidfd, pid_t pid, pid_t parent) {
  GLOWPLUG_ASSIGN(const std::string info,
                  read_file(fmt::format("/proc/self/fdinfo/{}", pidfd), kMostProcBytes));
  const auto named = number_after(info, "\nPid:");
  if (!named) return refuse("it is not of a process");
  if (*named == -1) return {};  // ended and reaped: signals go nowhere
  if (*named != pid) return refuse(fmt::format("it is of process {}, not {}", *named, pid));
  const auto status = read_file(fmt::format("/proc/{}/status", pid), kMostProcBytes);
  if (!status) return {};  // ended since
  const auto of = number_after(*status, "\nPPid:");
  if (of && *of == parent) return {};
  return refuse(fmt::format("process {} is a child of {}, not of the template {}", pid,
                            of.value_or(-1), parent));
}

}  // namespace glowplug::instances
