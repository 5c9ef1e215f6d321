#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/child_process.h"
#include "instances/ring/control.h"
#include "instances/ring/doorbell.h"
#include "instances/ring/ring.h"
#include "instances/ring/template_spec.h"

namespace glowplug::runtime::testing {

/// What of the gateway a template sees: starts a real handler process and speaks with it. Waits
/// are on descriptors; a minute without what was waited for fails the test.
class TemplateClient {
 public:
  /// `prefix`: a command that runs the program in its own process, as another user for example.
  explicit TemplateClient(const std::filesystem::path& program,
                          std::vector<std::string> prefix = {});

  void send(instances::ControlType type, std::uint32_t slot = 0, std::string json = {});
  void start(const instances::TemplateSpec& spec);
  void add_slot(std::uint32_t slot);
  /// Sends bytes that need not be a message.
  void send_raw(std::string_view bytes);
  /// Closes the control socket.
  void hang_up() { control_.reset(); }

  /// The next message, or nullopt when the template closed its socket.
  [[nodiscard]] std::optional<instances::ControlMessage> next();
  /// start, and what `ready` says; fails the test on anything else.
  [[nodiscard]] instances::TemplateReady start_and_wait(const instances::TemplateSpec& spec);
  /// fork into the slot (made if it is new); gives the instance's number. Throws what came instead.
  [[nodiscard]] pid_t fork(std::uint32_t slot);

  [[nodiscard]] instances::GatewayRing& ring(std::uint32_t slot) { return *rings_.at(slot); }
  /// One request with one output of `datatype` and its answer; nullopt when the instance of `pid`
  /// ended instead.
  [[nodiscard]] std::optional<instances::RingReply> ask(std::uint32_t slot,
                                                        instances::RingRequest request,
                                                        Datatype datatype);
  [[nodiscard]] ChildProcess& process() { return *process_; }

 private:
  [[nodiscard]] bool wait_readable(std::vector<int> descriptors);

  UniqueFd control_;
  instances::Doorbell doorbell_;
  std::optional<ChildProcess> process_;
  std::vector<std::unique_ptr<instances::GatewayRing>> rings_;
  std::vector<UniqueFd> pidfds_;
  std::vector<std::uint64_t> sequences_;
};

/// "State:" and the like out of /proc/PID/status; empty if there is no such process.
[[nodiscard]] std::string status_of(pid_t pid, const std::string& key);
/// Waits until the process is gone or a zombie.
void wait_for_end(pid_t pid);

}  // namespace glowplug::runtime::testing
