#include "runtime/template_process.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <map>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/time.h"
#include "engine/code/scratch.h"
#include "instances/ring/control.h"
#include "instances/ring/template_spec.h"
#include "runtime/forked_ahead.h"
#include "runtime/instance_process.h"
#include "runtime/load_template.h"
#include "runtime/stock.h"
#include "runtime/thread_count.h"

namespace glowplug::runtime {
namespace {

using instances::ControlMessage;
using instances::ControlType;

constexpr std::uint32_t kMostSlots = 256;

UniqueFd watch_children() {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  (void)::sigprocmask(SIG_BLOCK, &children, nullptr);
  return UniqueFd(::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
}

/// One loaded template, from `ready` to its end.
class Template {
 public:
  Template(int control, int doorbell, const instances::TemplateSpec& spec, LoadedTemplate& loaded,
           const ProcessTitle& title, Log& log)
      : control_(control),
        doorbell_(doorbell),
        function_(spec.function),
        loaded_(loaded),
        title_(title),
        log_(log),
        ended_(watch_children()),
        stock_(*loaded.engine, loaded.most_stock_bytes),
        ahead_(spec.fork_ahead),
        pid_(::getpid()) {}

  void serve() {
    while (wait()) {
      reap();
      auto message = instances::receive_control(control_);
      if (!message) {
        if (message.error().code != Code::instance_lost)
          log_.error("bad_control_message", message.error().message);
        return;
      }
      if (*message && !handle(**message)) return;
    }
  }

 private:
  struct Slot {
    UniqueFd memory, doorbell;
    pid_t pid = 0;
  };

  /// Returns when there is a message; children that end meanwhile are reaped.
  [[nodiscard]] bool wait() {
    for (;;) {
      std::array<pollfd, 3> polled{pollfd{control_, POLLIN, 0}, pollfd{ended_.get(), POLLIN, 0},
                                   pollfd{ahead_.watched(), POLLIN, 0}};
      const int ready = ::poll(polled.data(), polled.size(), patience_ms());
      if (ready < 0 && errno != EINTR) return false;
      if (ready == 0) nothing_asked();
      if (ready <= 0) continue;
      if (polled[0].revents != 0) return true;
      if (polled[2].revents != 0) look_at_ahead();
      if (polled[1].revents != 0) reap();
    }
  }

  /// Once a child waits, or will be forked ahead, what a first run needs is its own to have.
  [[nodiscard]] int patience_ms() {
    if (ahead_.any()) return ahead_.stocked() ? kLongMs : -1;
    return slot_to_fork_ahead() ? kQuietMs : stock_.patience_ms();
  }

  void nothing_asked() {
    if (ahead_.any()) return ahead_.give_memory_back();
    if (const auto number = slot_to_fork_ahead()) return fork_ahead(*number);
    stock_.nothing_asked();
  }

  /// The one that the gateway will ask for: it takes the first that has no process.
  [[nodiscard]] std::optional<std::uint32_t> slot_to_fork_ahead() const {
    const bool asleep = std::none_of(slots_.begin(), slots_.end(),
                                     [](const auto& slot) { return slot.second.pid != 0; });
    if (!ahead_.may_fork() || !asleep || slots_.empty()) return std::nullopt;
    return slots_.begin()->first;
  }

  void fork_ahead(std::uint32_t number) {
    if (threads_.now() != 1) return ahead_.give_up();  // a wake will say so
    const Slot& slot = slots_.at(number);
    const bool forked = ahead_.fork(number, [&](int word) {
      run_ahead(place_of(number, slot), {word, loaded_.rehearsal, loaded_.most_stock_bytes});
    });
    if (forked) stock_.leave_to_child();
  }

  void look_at_ahead() {
    if (const auto pid = ahead_.read_ready()) report_ahead(*pid);
  }

  void report_ahead(pid_t pid) const {
    ControlMessage message;
    message.type = ControlType::ahead;
    message.pid = pid;
    send(message);
  }

  [[nodiscard]] bool handle(ControlMessage& message) {
    switch (message.type) {
      case ControlType::add_slot:
        add_slot(message);
        return true;
      case ControlType::fork:
        fork_into(message.slot);
        return true;
      case ControlType::leave:
        return false;
      default:
        log_.error("bad_control_message",
                   fmt::format("message {} is not for a template that is ready",
                               static_cast<std::uint32_t>(message.type)));
        return false;
    }
  }

  void add_slot(ControlMessage& message) {
    if (message.descriptors.size() != 2 || message.slot >= kMostSlots) {
      log_.error("bad_control_message",
                 fmt::format("slot {} with {} descriptors; below {} with 2 was expected",
                             message.slot, message.descriptors.size(), kMostSlots));
      return;
    }
    if (ahead_.any() && ahead_.slot() == message.slot) ahead_.drop();
    Slot& slot = slots_[message.slot];
    slot.memory = std::move(message.descriptors[0]);
    slot.doorbell = std::move(message.descriptors[1]);
  }

  void fork_into(std::uint32_t number) {
    const auto found = slots_.find(number);
    if (found == slots_.end()) return fork_failed(number, ENOENT);
    Slot& slot = found->second;
    if (slot.pid != 0) return fork_failed(number, EBUSY);
    if (const auto waiting = ahead_.take(number)) {
      slot.pid = *waiting;
      return report_fork(number, *waiting);
    }
    ahead_.drop();
    if (const unsigned long threads = threads_.now(); threads != 1) {
      log_.error("not_forkable", "a template with more than one thread cannot be forked",
                 {{"threads", static_cast<std::int64_t>(threads)}});
      return fork_failed(number, EDEADLK);
    }
    const pid_t child = ::fork();
    if (child < 0) return fork_failed(number, errno);
    if (child == 0) run_instance(place_of(number, slot));
    stock_.gone();
    slot.pid = child;
    report_fork(number, child);
  }

  [[nodiscard]] InstancePlace place_of(std::uint32_t number, const Slot& slot) const {
    engine::Session* const events =
        loaded_.runs_code ? loaded_.session.get() : loaded_.events.get();
    const int output = loaded_.runs_code ? loaded_.function_log.get() : -1;
    return {{*loaded_.session, events},
            *loaded_.engine,
            loaded_.sandbox,
            title_,
            function_,
            slot.memory.get(),
            slot.doorbell.get(),
            doorbell_,
            loaded_.dev_null.get(),
            pid_,
            output,
            loaded_.runs_code ? scratch_of(number) : std::filesystem::path()};
  }

  [[nodiscard]] std::filesystem::path scratch_of(std::uint32_t number) const {
    return loaded_.scratch.path / fmt::format("{}", number);
  }

  void report_fork(std::uint32_t number, pid_t child) {
    ControlMessage message;
    message.type = ControlType::forked;
    message.slot = number;
    message.pid = child;
    // Not reaped before this process does it, so the number is still the child's.
    message.descriptors.emplace_back(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    send(message);
  }

  void fork_failed(std::uint32_t number, int reason) {
    ControlMessage message;
    message.type = ControlType::fork_failed;
    message.slot = number;
    message.status = reason;
    send(message);
  }

  void reap() {
    signalfd_siginfo ignored{};
    while (::read(ended_.get(), &ignored, sizeof ignored) > 0) {
    }
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) report_end(pid, status);
  }

  void report_end(pid_t pid, int status) {
    if (const std::uint32_t number = ahead_.slot(); ahead_.ended(pid)) {
      if (loaded_.runs_code) (void)engine::code::empty_folder(scratch_of(number));
      return report_ahead(0);
    }
    for (auto& [number, slot] : slots_) {
      if (slot.pid != pid) continue;
      slot.pid = 0;
      if (loaded_.runs_code) (void)engine::code::empty_folder(scratch_of(number));
      ControlMessage message;
      message.type = ControlType::exited;
      message.slot = number;
      message.pid = pid;
      message.status = status;
      send(message);
    }
  }

  /// A gateway that is gone is noticed at the next receive.
  void send(const ControlMessage& message) const {
    (void)instances::send_control(control_, message);
  }

  int control_;
  int doorbell_;
  std::string function_;
  LoadedTemplate& loaded_;
  const ProcessTitle& title_;
  Log& log_;
  UniqueFd ended_;
  Stock stock_;
  ForkedAhead ahead_;
  ThreadCount threads_;
  pid_t pid_;
  std::map<std::uint32_t, Slot> slots_;
};

/// Nullopt: the gateway left before it said anything.
Result<std::optional<instances::TemplateSpec>> receive_start(int control) {
  auto message = instances::receive_control(control);
  if (!message && message.error().code == Code::instance_lost)
    return std::optional<instances::TemplateSpec>{};
  if (!message) return std::move(message).error();
  if (!*message || (*message)->type != ControlType::start)
    return Error{Code::invalid_argument, "the first message is not a start message", {}};
  auto json = parse_json((*message)->json);
  if (!json) return std::move(json).error().in("the start message");
  GLOWPLUG_ASSIGN(instances::TemplateSpec spec, instances::template_spec_from_json(*json));
  return std::optional(std::move(spec));
}

int report_failure(int control, const Error& error) {
  ControlMessage message;
  message.type = ControlType::failed;
  message.json = instances::to_json(error).dump(-1, ' ', false, Json::error_handler_t::replace);
  (void)instances::send_control(control, message);
  return 1;
}

Result<void> report_ready(int control, const instances::TemplateReady& ready) {
  ControlMessage message;
  message.type = ControlType::ready;
  message.json = instances::to_json(ready).dump(-1, ' ', false, Json::error_handler_t::replace);
  return instances::send_control(control, message);
}

/// On the clock that the gateway has too.
std::int64_t now_ns() {
  return std::chrono::duration_cast<nanoseconds>(Clock::now().time_since_epoch()).count();
}

void leave_signals_to_the_gateway() {
  // The terminal and service managers send these to every process; the gateway decides what ends.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) (void)std::signal(signal, SIG_IGN);
}

}  // namespace

int run_template(UniqueFd control, UniqueFd doorbell, const OpenEngine& open,
                 const ProcessTitle& title, Log& log) {
  const pid_t parent = ::getppid();
  leave_signals_to_the_gateway();
  title.set("gp-template", "glowplug: template");
  const auto spec = receive_start(control.get());
  if (!spec) return report_failure(control.get(), spec.error());
  if (!*spec) return 0;
  title.set("gp-template", "glowplug: " + (*spec)->function + " (template)");
  const std::int64_t began_ns = now_ns();
  auto* const loaded = new auto(load_template(**spec, open, parent, log));  // NOLINT: never freed
  if (!*loaded) return report_failure(control.get(), loaded->error());
  (*loaded)->ready.began_ns = began_ns;
  (*loaded)->ready.told_ns = now_ns();
  if (auto told = report_ready(control.get(), (*loaded)->ready); !told)
    return report_failure(control.get(), told.error());
  if ((*spec)->prepare_only) return 0;
  Template(control.get(), doorbell.get(), **spec, **loaded, title, log).serve();
  return 0;
}

}  // namespace glowplug::runtime
