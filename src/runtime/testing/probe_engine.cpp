#include "runtime/testing/probe_engine.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "base/file.h"

namespace glowplug::runtime::testing {
namespace {

std::int64_t or_errno(long result) { return result < 0 ? -errno : result; }

std::int64_t open_descriptors() {
  std::int64_t count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

std::int64_t map_executable() {
  void* memory =
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? 0 : 1;
}

std::int64_t fork_and_end() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  return or_errno(child);
}

[[noreturn]] void hang() {
  for (;;) std::this_thread::yield();
}

bool may_open(const char* path, int flags) {
  return static_cast<bool>(UniqueFd(::open(path, flags | O_CLOEXEC, 0600)));
}

/// What a template must not be able to do any more when it parses a model.
Result<void> look_around() {
  const std::string beyond = may_open("model/model.txt", O_WRONLY)      ? "write the model"
                             : may_open("new", O_WRONLY | O_CREAT)      ? "write into the bundle"
                             : may_open("..", O_RDONLY)                 ? "read beside the bundle"
                             : may_open("/etc/passwd", O_RDONLY)        ? "read /etc/passwd"
                             : may_open("/tmp/new", O_WRONLY | O_CREAT) ? "write into /tmp"
                                                                        : "";
  if (beyond.empty()) return {};
  return Error{Code::internal, "probe engine could " + beyond, {}};
}

std::int64_t probe(Probe command) {
  switch (command) {
    case Probe::open_file:
      return or_errno(::open("/etc/hostname", O_RDONLY | O_CLOEXEC));
    case Probe::open_socket:
      return or_errno(::socket(AF_INET, SOCK_STREAM, 0));
    case Probe::fork_process:
      return fork_and_end();
    case Probe::executable_memory:
      return map_executable();
    case Probe::count_descriptors:
      return open_descriptors();
    case Probe::user:
      return ::getuid();
    case Probe::abort:
      std::abort();
    case Probe::hang:
      hang();
    case Probe::clear_doorbell_flags:
      return or_errno(::fcntl(4, F_SETFL, 0));
    default:
      return 42;
  }
}

class ProbeSession final : public engine::Session {
 public:
  ProbeSession() {
    signature_.inputs = {{"command", Datatype::int64, {1}, false, {}}};
    signature_.outputs = {{"found", Datatype::int64, {1}, false, {}}};
  }
  [[nodiscard]] const Signature& signature() const override { return signature_; }
  [[nodiscard]] Result<engine::RunReport> run(std::span<const std::optional<TensorView>> inputs,
                                              std::span<const std::size_t> wanted,
                                              engine::OutputSink& sink) override {
    std::int64_t command = 0;
    std::memcpy(&command, inputs[0]->bytes.data(), sizeof command);
    if (static_cast<Probe>(command) == Probe::fail)
      return Error{Code::invalid_argument, "probe failed as asked", {}};
    const std::int64_t found = probe(static_cast<Probe>(command));
    if (wanted.empty()) return engine::RunReport{};
    GLOWPLUG_ASSIGN(auto room, sink.output(0, Datatype::int64, Shape{1}, sizeof found));
    std::memcpy(room.data(), &found, sizeof found);
    return engine::RunReport{1, 2, 3};
  }

 private:
  Signature signature_;
};

class ProbeEngine final : public engine::Engine {
 public:
  [[nodiscard]] std::string_view name() const override { return "probe"; }
  [[nodiscard]] std::string_view version() const override { return "1.0"; }
  [[nodiscard]] const engine::Capabilities& capabilities() const override { return capabilities_; }
  [[nodiscard]] Result<std::unique_ptr<engine::Session>> open(
      const std::filesystem::path& model, const engine::OpenOptions& options) override {
    GLOWPLUG_ASSIGN(const std::string text, read_file(model));
    if (text == "curious") GLOWPLUG_TRY(look_around());
    if (text == "threads") std::thread(hang).detach();
    if (text == "broken" || (text == "prepared" && !options.prepared) ||
        (text == "probe" && options.prepared))
      return Error{Code::invalid_argument, "probe engine does not like \"" + text + "\"", {}};
    return std::unique_ptr<engine::Session>(std::make_unique<ProbeSession>());
  }
  [[nodiscard]] Result<std::string> prepare(const std::filesystem::path& model,
                                            const std::filesystem::path& into) override {
    GLOWPLUG_TRY(read_file(model));
    GLOWPLUG_TRY(write_file_atomically(into / "model.probe", "prepared", false));
    return std::string("model.probe");
  }

 private:
  engine::Capabilities capabilities_;
};

}  // namespace

std::unique_ptr<engine::Engine> make_probe_engine() { return std::make_unique<ProbeEngine>(); }

}  // namespace glowplug::runtime::testing
