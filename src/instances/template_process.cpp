#include "instances/template_process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "base/json.h"

namespace glowplug::instances {
namespace {

constexpr int kControlFd = 3;
constexpr int kDoorbellFd = 4;

/// What of our environment a model's process needs. The rest stays here: keys and tokens lie there.
constexpr std::array<std::string_view, 14> kPassedOn = {
    "PATH=",     "LANG=",         "LC_",           "TZ=",           "TMPDIR=",
    "LD_",       "ORT_",          "OMP_",          "MALLOC_",       "GLIBC_TUNABLES=",
    "GLOWPLUG_", "ASAN_OPTIONS=", "TSAN_OPTIONS=", "UBSAN_OPTIONS="};

std::vector<std::string> environment_for_models() {
  std::vector<std::string> kept;
  for (char** variable = ::environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (std::any_of(kPassedOn.begin(), kPassedOn.end(),
                    [text](std::string_view prefix) { return text.starts_with(prefix); }))
      kept.emplace_back(text);
  }
  // What a template has not bound, each of its instances binds anew, and copies a page to write it.
  kept.emplace_back("LD_BIND_NOW=1");
  return kept;
}

struct ControlSocket {
  UniqueFd ours, theirs;
};

Result<ControlSocket> make_control_socket() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return system_error("make a control socket", errno);
  ControlSocket socket{UniqueFd(ends[0]), UniqueFd(ends[1])};
  if (::fcntl(socket.ours.get(), F_SETFL, O_NONBLOCK) != 0)
    return system_error("make a control socket", errno);
  return socket;
}

Result<ChildProcess> spawn(const TemplateLaunch& launch, int control, int doorbell) {
  GLOWPLUG_ASSIGN(const UniqueFd nothing, open_file("/dev/null", O_RDONLY));
  auto child = ChildProcess::spawn({.arguments = {launch.program.string(), "--role", "template",
                                                  "--control-fd", std::to_string(kControlFd)},
                                    .environment = environment_for_models(),
                                    .descriptors = {{nothing.get(), STDIN_FILENO},
                                                    {STDERR_FILENO, STDOUT_FILENO},
                                                    {control, kControlFd},
                                                    {doorbell, kDoorbellFd}}});
  if (!child && child.error().code == Code::not_found)
    return std::move(child).error().with_fix(
        "install glowplug-handler beside glowplug, or name it by GLOWPLUG_HANDLER");
  return child;
}

/// A template that cannot have its cgroup works without; the reason is told.
std::optional<Cgroup> make_cgroup(const TemplateLaunch& launch, CgroupHost* cgroups, pid_t pid,
                                  std::string& reason) {
  if (cgroups == nullptr || cgroups->kind() == CgroupKind::none) return std::nullopt;
  auto made = cgroups->create(launch.spec.function + "-" + launch.spec.version, launch.limits);
  if (!made) {
    reason = made.error().message;
    return std::nullopt;
  }
  if (auto added = made->add(pid); !added) {
    reason = added.error().message;
    return std::nullopt;
  }
  return *std::move(made);
}

}  // namespace

/// The template waits for `start` before it does anything, so it is in its cgroup before it loads.
Result<TemplateProcess> start_template(const TemplateLaunch& launch, int doorbell,
                                       CgroupHost* cgroups) {
  GLOWPLUG_ASSIGN(ControlSocket socket, make_control_socket());
  GLOWPLUG_ASSIGN(ChildProcess child, spawn(launch, socket.theirs.get(), doorbell));
  socket.theirs.reset();
  std::string reason;
  auto cgroup = make_cgroup(launch, cgroups, child.pid(), reason);
  ControlMessage start;
  start.type = ControlType::start;
  start.json = to_json(launch.spec).dump();
  if (auto sent = send_control(socket.ours.get(), start); !sent)
    return std::move(sent).error().in("start " + launch.program.string());
  return TemplateProcess{std::move(cgroup), std::move(child), std::move(socket.ours),
                         std::move(reason)};
}

Result<TemplateReady> read_first_message(const ControlMessage& message) {
  if (message.type != ControlType::ready && message.type != ControlType::failed)
    return Error{Code::internal, "the template said something before it was ready", {}};
  auto json = parse_json(message.json);
  if (!json) return std::move(json).error().in("the template's first message");
  if (message.type == ControlType::ready) return template_ready_from_json(*json);
  return error_from_json(*json);
}

}  // namespace glowplug::instances
