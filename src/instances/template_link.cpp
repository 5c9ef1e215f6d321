#include "instances/template_link.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <csignal>
#include <utility>

namespace glowplug::instances {
namespace {

Result<UniqueFd> duplicate(int fd) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!copy) return Error{Code::exhausted, "no descriptors are left for a ring", {}};
  return copy;
}

}  // namespace

TemplateLink::TemplateLink(Loop& loop, Keeper& keeper, CgroupHost& cgroups, TemplateEvents& events,
                           const TemplateLaunch& launch, int doorbell, Duration load_timeout)
    : loop_(loop), keeper_(keeper), events_(events) {
  // The doorbell's number could be another file's by the time the keeper comes to it.
  auto bell = std::make_shared<Result<UniqueFd>>(duplicate(doorbell));
  keeper_.run(
      loop_,
      [launch, bell, &cgroups]() -> Result<TemplateProcess> {
        if (!*bell) return bell->error();
        return start_template(launch, (*bell)->get(), &cgroups);
      },
      [this, alive = std::weak_ptr<bool>(alive_),
       &keeper = keeper_](Result<TemplateProcess> process) {
        if (!alive.expired()) return started(std::move(process));
        // Nobody waits for it any more.
        keeper.run([unused = std::make_shared<Result<TemplateProcess>>(std::move(process))] {
          (void)unused;
        });
      });
  load_timer_ = loop_.at(loop_.now() + load_timeout, [this, load_timeout] {
    refused_ = Error{Code::deadline_exceeded,
                     fmt::format("the model was not loaded within {:.0f} s",
                                 std::chrono::duration<double>(load_timeout).count()),
                     {}};
    kill(refused_->message);
  });
}

TemplateLink::~TemplateLink() {
  alive_.reset();
  socket_watch_.reset();
  end_watch_.reset();
  if (!process_) return;
  process_->child.kill(SIGKILL);
  auto last = std::make_shared<TemplateProcess>(std::move(*process_));
  process_.reset();
  // The last reference ends on the keeper's thread, which waits for the process there.
  keeper_.run([last = std::move(last)]() mutable { last.reset(); });
}

void TemplateLink::started(Result<TemplateProcess> process) {
  if (!process) return report_end(std::move(process).error(), false);
  process_.emplace(*std::move(process));
  if (!killed_because_.empty()) process_->child.kill(SIGKILL);
  socket_watch_ = loop_.watch_readable(process_->control.get(), [this] { read_messages(); });
  end_watch_ = loop_.watch_readable(process_->child.pidfd(), [this] { ended(); });
  if (!socket_watch_ || !end_watch_) kill("its descriptors cannot be watched");
}

void TemplateLink::read_messages() {
  const std::weak_ptr<bool> alive = alive_;
  while (!alive.expired() && socket_watch_) {
    auto message = receive_control(process_->control.get());
    if (!message) {
      // Closed, or nonsense: either way nothing more is believed; its end is reported by ended().
      socket_watch_.reset();
      if (message.error().code != Code::instance_lost) kill(message.error().message);
      process_->child.kill(SIGKILL);
      return;
    }
    if (!*message) return;
    handle(std::move(**message));
  }
}

void TemplateLink::handle(ControlMessage message) {
  if (!ready_) return first(message);
  switch (message.type) {
    case ControlType::forked: {
      if (message.descriptors.size() != 1) return kill("it sent no descriptor for its instance");
      UniqueFd pidfd = std::move(message.descriptors.front());
      if (auto checked = check_instance_pidfd(pidfd.get(), message.pid, pid()); !checked)
        return kill(checked.error().message);
      return events_.on_forked(message.slot, message.pid, std::move(pidfd));
    }
    case ControlType::fork_failed:
      return events_.on_fork_failed(message.slot, message.status);
    case ControlType::exited:
      return events_.on_exited(message.slot, message.pid, ExitStatus::from_wait(message.status));
    case ControlType::ahead:
      return events_.on_ahead(message.pid);
    default:
      return kill(fmt::format("it sent a message of type {} that it may not send",
                              static_cast<std::uint32_t>(message.type)));
  }
}

void TemplateLink::first(const ControlMessage& message) {
  load_timer_.reset();
  auto answer = read_first_message(message);
  if (!answer) {
    if (message.type == ControlType::failed) refused_ = std::move(answer).error();
    return kill("it did not load");
  }
  ready_ = true;
  events_.on_template_ready(*answer);
}

Result<void> TemplateLink::add_slot(std::uint32_t slot, const GatewayRing& ring) {
  ControlMessage message;
  message.type = ControlType::add_slot;
  message.slot = slot;
  for (const int fd : {ring.memory_fd(), ring.instance_doorbell()}) {
    GLOWPLUG_ASSIGN(UniqueFd copy, duplicate(fd));
    message.descriptors.push_back(std::move(copy));
  }
  return send_control(process_->control.get(), message);
}

Result<void> TemplateLink::fork(std::uint32_t slot) {
  ControlMessage message;
  message.type = ControlType::fork;
  message.slot = slot;
  return send_control(process_->control.get(), message);
}

void TemplateLink::kill(std::string why) {
  if (killed_because_.empty()) killed_because_ = std::move(why);
  if (process_) process_->child.kill(SIGKILL);
}

std::uint64_t TemplateLink::out_of_memory_kills() const {
  return process_ && process_->cgroup ? process_->cgroup->out_of_memory_kills() : 0;
}

/// What it said before it ended still counts: "failed", or the end of an instance.
void TemplateLink::ended() {
  const std::weak_ptr<bool> alive = alive_;
  end_watch_.reset();
  if (socket_watch_) read_messages();
  if (alive.expired()) return;
  socket_watch_.reset();
  if (refused_) return report_end(*std::move(refused_), true);
  const auto status = process_->child.wait_until(Clock::now());
  std::string text = status ? status->describe() : "ended";
  if (!killed_because_.empty()) {
    text = "was killed: " + killed_because_;
  } else if (status && status->signaled && out_of_memory_kills() > 0) {
    text += ", out of memory within its limit";
  }
  report_end(Error{Code::instance_lost, "the template " + text, {}}, false);
}

void TemplateLink::report_end(Error why, bool refused) {
  load_timer_.reset();
  ready_ = false;
  events_.on_template_ended(std::move(why), refused);
}

}  // namespace glowplug::instances
