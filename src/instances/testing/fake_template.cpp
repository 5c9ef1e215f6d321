// A template without an engine: it speaks the control protocol and forks instances that add 1 to
// their input. `model` of its TemplateSpec tells it how to misbehave, as words between commas:
//
//   refuse            says that it cannot load
//   die_loading       ends before it is ready
//   hang_loading      never becomes ready
//   other_signature   its model has another input than the bundle says
//   exit_at_birth     its instances end at once
//   fork_fails        says that it cannot fork
//   lie_about_pid     reports an instance that it did not fork
//   run_ms=N          a run takes so long
//   crash_on=N        an instance that gets this number as its first ends by SIGSEGV
//   hang_on=N         an instance that gets this number never answers
//   hostile_on=N      an instance that gets this number answers with another datatype
//   eat_on=N          an instance that gets this number takes 256 MiB of memory
//   exhaust_on=N      an instance that gets this number says that it has no memory for it
//   ahead             says that it has forked process 1 ahead
//   stay              its instances do not leave when told to
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "instances/ring/control.h"
#include "instances/ring/ring.h"
#include "instances/ring/template_spec.h"

namespace glowplug::instances {
namespace {

constexpr int kControl = 3;
constexpr int kDoorbell = 4;

class Behavior {
 public:
  explicit Behavior(const std::string& words) {
    std::istringstream list(words);
    for (std::string word; std::getline(list, word, ',');) {
      const std::size_t equals = word.find('=');
      words_[word.substr(0, equals)] =
          equals == std::string::npos ? 1 : std::strtof(word.c_str() + equals + 1, nullptr);
    }
  }
  [[nodiscard]] bool has(const std::string& word) const { return words_.contains(word); }
  [[nodiscard]] float number(const std::string& word) const {
    const auto found = words_.find(word);
    return found == words_.end() ? 0 : found->second;
  }
  [[nodiscard]] bool means(const std::string& word, float value) const {
    return has(word) && number(word) == value;
  }

 private:
  std::map<std::string, float> words_;
};

[[noreturn]] void sleep_forever() {
  for (;;) ::pause();
}

void eat() {
  constexpr std::size_t kBytes = std::size_t{256} << 20;
  std::vector<char> memory(kBytes);
  for (std::size_t at = 0; at < kBytes; at += 4096) memory[at] = 1;
  volatile char last = memory[kBytes - 4096];
  (void)last;
}

Result<void> add_one(InstanceRing& ring, InstanceRing::Request& request, const Behavior& behavior) {
  const TensorView& x = request.inputs.at(0).value();
  float first = 0;
  if (x.bytes.size() >= sizeof first) std::memcpy(&first, x.bytes.data(), sizeof first);
  if (behavior.means("crash_on", first)) {
    (void)std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would turn it into an exit code
    (void)std::raise(SIGSEGV);
  }
  if (behavior.means("hang_on", first)) sleep_forever();
  if (behavior.means("eat_on", first)) eat();
  if (behavior.means("exhaust_on", first)) return Error{Code::exhausted, "std::bad_alloc", {}};
  const auto answered = behavior.means("hostile_on", first) ? Datatype::int32 : Datatype::fp32;
  if (behavior.has("run_ms")) ::usleep(static_cast<useconds_t>(behavior.number("run_ms") * 1000));
  GLOWPLUG_ASSIGN(auto y, ring.output(0, answered, x.shape, x.bytes.size()));
  for (std::size_t at = 0; at + sizeof first <= x.bytes.size(); at += sizeof first) {
    float value = 0;
    std::memcpy(&value, x.bytes.data() + at, sizeof value);
    value += 1;
    std::memcpy(y.data() + at, &value, sizeof value);
  }
  return {};
}

[[noreturn]] void serve(int memory, int bell, pid_t parent, const Behavior& behavior) {
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(5);  // it died before the line above
  (void)::prctl(PR_SET_NAME, "gp-fake");
  if (behavior.has("exit_at_birth")) ::_exit(3);
  auto ring = InstanceRing::attach(UniqueFd(::dup(memory)), UniqueFd(::dup(bell)),
                                   UniqueFd(::dup(kDoorbell)));
  if (!ring) ::_exit(4);
  for (;;) {
    InstanceRing::Request& request = (*ring)->next();
    if (request.operation == RingOperation::leave) {
      if (behavior.has("stay")) sleep_forever();
      ::_exit(0);
    }
    const auto outcome = add_one(**ring, request, behavior);
    (*ring)->finish(outcome, {});
  }
}

class Template {
 public:
  explicit Template(Behavior behavior) : behavior_(std::move(behavior)) {}

  void send(ControlType type, std::uint32_t slot, int pid, int status, int descriptor = -1,
            std::string json = {}) {
    ControlMessage message;
    message.type = type;
    message.slot = slot;
    message.pid = pid;
    message.status = status;
    message.json = std::move(json);
    if (descriptor >= 0) message.descriptors.emplace_back(descriptor);
    if (!send_control(kControl, message)) ::_exit(1);
  }

  void get_ready() {
    if (behavior_.has("die_loading")) ::_exit(7);
    if (behavior_.has("hang_loading")) sleep_forever();
    if (behavior_.has("refuse")) {
      send(ControlType::failed, 0, 0, 0, -1,
           R"({"code":"invalid_argument","message":"this is not a model","fix":"export it"})");
      ::_exit(1);
    }
    TemplateReady ready;
    const char* input = behavior_.has("other_signature") ? "z" : "x";
    ready.signature.inputs = {{input, Datatype::fp32, {-1, 1}, false, {}}};
    ready.signature.outputs = {{"y", Datatype::fp32, {-1, 1}, false, {}}};
    ready.memory_bytes = std::uint64_t{10} << 20;
    ready.warm_up_ns = static_cast<std::int64_t>(behavior_.number("run_ms") * 1e6F);
    send(ControlType::ready, 0, 0, 0, -1, to_json(ready).dump());
    if (behavior_.has("ahead")) send(ControlType::ahead, 0, 1, 0);
  }

  void fork_instance(std::uint32_t slot) {
    if (behavior_.has("fork_fails")) return send(ControlType::fork_failed, slot, 0, EAGAIN);
    const auto& ring = rings_.at(slot);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0) serve(ring[0].get(), ring[1].get(), parent, behavior_);
    children_[pid] = slot;
    const pid_t told = behavior_.has("lie_about_pid") ? ::getppid() : pid;
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, told, 0));
    send(ControlType::forked, slot, told, 0, pidfd);
  }

  void handle(ControlMessage message) {
    if (message.type == ControlType::leave) ::_exit(0);
    if (message.type == ControlType::fork) return fork_instance(message.slot);
    if (message.type == ControlType::add_slot)
      rings_[message.slot] = {std::move(message.descriptors.at(0)),
                              std::move(message.descriptors.at(1))};
  }

  void reap() {
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;)
      send(ControlType::exited, children_.at(pid), pid, status);
  }

  [[noreturn]] void run() {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    (void)::sigprocmask(SIG_BLOCK, &child, nullptr);
    const int ended = ::signalfd(-1, &child, SFD_CLOEXEC);
    for (;;) {
      std::array<pollfd, 2> polled{pollfd{kControl, POLLIN, 0}, pollfd{ended, POLLIN, 0}};
      (void)::poll(polled.data(), polled.size(), -1);
      if (polled[1].revents != 0) {
        signalfd_siginfo info{};
        (void)!::read(ended, &info, sizeof info);
        reap();
      }
      if (polled[0].revents == 0) continue;
      auto message = receive_control(kControl);
      if (!message || !*message) ::_exit(1);
      handle(std::move(**message));
    }
  }

 private:
  Behavior behavior_;
  std::map<std::uint32_t, std::array<UniqueFd, 2>> rings_;
  std::map<pid_t, std::uint32_t> children_;
};

int run_template() {
  auto start = receive_control(kControl);
  if (!start || !*start) return 1;
  const auto json = parse_json((*start)->json);
  const auto spec = json ? template_spec_from_json(*json) : json.error();
  if (!spec) return 1;
  Template made(Behavior(spec->model));
  made.get_ready();
  made.run();
}

}  // namespace
}  // namespace glowplug::instances

int main() { return glowplug::instances::run_template(); }
