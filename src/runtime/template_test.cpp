#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <functional>

#include "base/file.h"
#include "base/testing/kill_process.h"
#include "runtime/testing/probe_engine.h"
#include "runtime/testing/template_client.h"

namespace glowplug::runtime {
namespace {

using instances::ControlType;
using instances::TemplateSpec;
using testing::Probe;
using testing::status_of;
using testing::TemplateClient;

/// Who runs the template.
struct User {
  std::string name;
  std::vector<std::string> prefix;  // of the command
  [[nodiscard]] bool may_change_users() const { return prefix.empty() && ::geteuid() == 0; }
};
void PrintTo(const User& user, std::ostream* to) { *to << user.name; }

/// Every test runs as the user who runs the tests and, where that is root, as an ordinary user too,
/// once with user namespaces and once without. Nothing of the build folder needs to be readable.
class TemplateProcess : public ::testing::TestWithParam<User> {
 protected:
  void SetUp() override {
    auto folder = TemporaryFolder::create("/tmp");
    ASSERT_TRUE(folder);
    folder_.emplace(*std::move(folder));
    std::filesystem::create_directories(bundle() / "model");
    program_ = folder_->path() / "handler";
    std::filesystem::copy_file(GLOWPLUG_PROBE_HANDLER, program_);
    std::filesystem::permissions(folder_->path(), std::filesystem::perms(0755));
    write_model("probe");
  }

  [[nodiscard]] std::filesystem::path bundle() const { return folder_->path() / "bundle"; }
  void write_model(std::string_view text, const std::string& name = "model.txt") {
    ASSERT_TRUE(write_file_atomically(bundle() / "model" / name, text, false));
    ASSERT_EQ(::chmod((bundle() / "model" / name).c_str(), 0644), 0);
  }
  [[nodiscard]] TemplateSpec spec() const {
    TemplateSpec made;
    made.function = "probe-function";
    made.version = "1";
    made.bundle = bundle();
    made.engine = "probe";
    made.model = bundle() / "model" / "model.txt";
    return made;
  }
  [[nodiscard]] TemplateClient client() const {
    return TemplateClient(program_, GetParam().prefix);
  }
  /// The failed message that a start leads to; the template ends after it.
  Error failure_of(const TemplateSpec& wrong) {
    TemplateClient client = this->client();
    client.start(wrong);
    const auto message = client.next();
    EXPECT_TRUE(message && message->type == ControlType::failed);
    EXPECT_EQ(client.process().wait().describe(), "exited with code 1");
    return message ? instances::error_from_json(*parse_json(message->json)) : Error{};
  }

  std::optional<TemporaryFolder> folder_;
  std::filesystem::path program_;
};

instances::RingRequest request_for(Probe probe) {
  static std::array<std::int64_t, 1> value{};
  value[0] = static_cast<std::int64_t>(probe);
  instances::RingRequest request;
  request.rows = 1;
  request.inputs.push_back({true, Datatype::int64, {1}, {std::as_bytes(std::span(value))}});
  request.wanted = {0};
  return request;
}

/// What the probe found; nullopt when the instance ended instead.
std::optional<std::int64_t> found_by(TemplateClient& client, std::uint32_t slot, Probe probe) {
  const auto reply = client.ask(slot, request_for(probe), Datatype::int64);
  if (!reply) return std::nullopt;
  EXPECT_TRUE(reply->outputs) << reply->outputs.error().message;
  std::int64_t found = 0;
  std::memcpy(&found, reply->outputs->at(0).bytes.data(), sizeof found);
  return found;
}

TEST_P(TemplateProcess, ForksInstancesThatAnswerAndLeave) {
  TemplateClient client = this->client();
  const auto ready = client.start_and_wait(spec());
  EXPECT_EQ(ready.signature.describe(), "command INT64[1] -> found INT64[1]");
  EXPECT_EQ(ready.engine_version, "1.0");
  EXPECT_GT(ready.memory_bytes, 0U);
  for (std::uint32_t slot = 0; slot < 3; ++slot) {
    const pid_t pid = client.fork(slot);
    EXPECT_EQ(found_by(client, slot, Probe::echo), 42);
    EXPECT_EQ(status_of(pid, "Name"), "gp-instance");
    EXPECT_EQ(status_of(pid, "Threads"), "1");
  }
  EXPECT_EQ(status_of(client.process().pid(), "Name"), "gp-template");
  instances::RingRequest leave;
  leave.sequence = 1000;
  leave.operation = instances::RingOperation::leave;
  ASSERT_TRUE(client.ring(1).put_request(leave));
  const auto exited = client.next();
  ASSERT_TRUE(exited && exited->type == ControlType::exited);
  EXPECT_EQ(exited->slot, 1U);
  EXPECT_EQ(exited->status, 0);
  client.ring(1).reset();
  (void)client.fork(1);
  client.send(ControlType::leave);
  EXPECT_EQ(client.process().wait().describe(), "exited with code 0");
}

TEST_P(TemplateProcess, ShowsWhatItIsToPs) {
  TemplateClient client = this->client();
  (void)client.start_and_wait(spec());
  const auto title = read_file("/proc/" + std::to_string(client.process().pid()) + "/cmdline");
  ASSERT_TRUE(title);
  EXPECT_TRUE(title->starts_with("glowplug: probe-function (template)")) << *title;
}

TEST_P(TemplateProcess, AnswersARequestThatLayInTheRingBeforeTheFork) {
  TemplateClient client = this->client();
  (void)client.start_and_wait(spec());
  client.add_slot(0);
  auto request = request_for(Probe::echo);
  request.sequence = 99;
  ASSERT_TRUE(client.ring(0).put_request(request));
  (void)client.fork(0);
  instances::RingRequest leave;
  leave.sequence = 100;
  leave.operation = instances::RingOperation::leave;
  ASSERT_TRUE(client.ring(0).put_request(leave));
  ASSERT_EQ(client.next()->type, ControlType::exited);
  const std::array datatypes{Datatype::int64};
  const auto reply = client.ring(0).take_reply({99, datatypes});
  ASSERT_TRUE(reply && *reply);
}

TEST_P(TemplateProcess, ReportsAnInstanceThatWasKilled) {
  TemplateClient client = this->client();
  (void)client.start_and_wait(spec());
  const pid_t pid = client.fork(0);
  kill_process(pid);
  const auto exited = client.next();
  ASSERT_TRUE(exited && exited->type == ControlType::exited);
  EXPECT_EQ(exited->pid, pid);
  EXPECT_TRUE(WIFSIGNALED(exited->status));
  EXPECT_EQ(WTERMSIG(exited->status), SIGKILL);
}

TEST_P(TemplateProcess, TakesItsInstancesAlongWhenItDies) {
  TemplateClient client = this->client();
  (void)client.start_and_wait(spec());
  const pid_t idle = client.fork(0);
  const pid_t busy = client.fork(1);
  auto request = request_for(Probe::hang);
  request.sequence = 1;
  ASSERT_TRUE(client.ring(1).put_request(request));
  client.process().kill(SIGKILL);
  testing::wait_for_end(idle);
  testing::wait_for_end(busy);
}

TEST_P(TemplateProcess, EndsWhenTheGatewayIsGone) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t gateway = ::fork();
  if (gateway == 0) {
    TemplateClient client = this->client();
    (void)client.start_and_wait(spec());
    const std::array pids{client.process().pid(), client.fork(0)};
    (void)!::write(ends[1], pids.data(), sizeof pids);
    ::pause();
    ::_exit(1);
  }
  std::array<pid_t, 2> pids{};
  ASSERT_EQ(::read(ends[0], pids.data(), sizeof pids), static_cast<ssize_t>(sizeof pids));
  kill_process(gateway);
  (void)::waitpid(gateway, nullptr, 0);
  for (const pid_t pid : pids) testing::wait_for_end(pid);
}

TEST_P(TemplateProcess, LeavesTheTerminalsSignalsToTheGateway) {
  TemplateClient client = this->client();
  (void)client.start_and_wait(spec());
  const pid_t instance = client.fork(0);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    client.process().kill(signal);
    ::kill(instance, signal);
  }
  EXPECT_EQ(found_by(client, 0, Probe::echo), 42);
}

TEST_P(TemplateProcess, PassesTheEnginesErrorsOn) {
  TemplateClient client = this->client();
  (void)client.start_and_wait(spec());
  (void)client.fork(0);
  const auto reply = client.ask(0, request_for(Probe::fail), Datatype::int64);
  ASSERT_TRUE(reply);
  ASSERT_FALSE(reply->outputs);
  EXPECT_EQ(reply->outputs.error().code, Code::invalid_argument);
  EXPECT_EQ(reply->outputs.error().message, "probe failed as asked");
  EXPECT_EQ(found_by(client, 0, Probe::echo), 42);
}

TEST_P(TemplateProcess, KillsAnInstanceThatLeavesItsSandbox) {
  TemplateClient client = this->client();
  const auto ready = client.start_and_wait(spec());
  for (const char* facility : {"seccomp", "landlock"})
    EXPECT_EQ(std::count(ready.missing.begin(), ready.missing.end(), facility), 0) << facility;
  for (const Probe probe : {Probe::open_file, Probe::open_socket, Probe::fork_process,
                            Probe::executable_memory, Probe::clear_doorbell_flags}) {
    const pid_t pid = client.fork(0);
    EXPECT_EQ(found_by(client, 0, Probe::echo), 42);
    EXPECT_EQ(status_of(pid, "NoNewPrivs"), "1");
    EXPECT_EQ(status_of(pid, "Seccomp"), "2");
    EXPECT_FALSE(found_by(client, 0, probe)) << static_cast<int>(probe);
    const auto exited = client.next();
    ASSERT_TRUE(exited && exited->type == ControlType::exited);
    EXPECT_EQ(ExitStatus::from_wait(exited->status).describe(),
              "was killed by signal 31 (Bad system call)");
    client.ring(0).reset();
  }
}

TEST_P(TemplateProcess, WithoutASandboxAnInstanceStillHasNothingOpenAndOpensNothing) {
  TemplateClient client = this->client();
  TemplateSpec open = spec();
  open.sandbox = false;
  (void)client.start_and_wait(open);
  const pid_t pid = client.fork(0);
  EXPECT_EQ(found_by(client, 0, Probe::open_file), -EMFILE);
  EXPECT_EQ(found_by(client, 0, Probe::open_socket), -EMFILE);
  EXPECT_EQ(found_by(client, 0, Probe::count_descriptors), 5) << "0, 1, 2 and two doorbells";
  EXPECT_EQ(status_of(pid, "Seccomp"), "0");
}

int fork_failure(TemplateClient& client, std::uint32_t slot) {
  client.send(ControlType::fork, slot);
  const auto message = client.next();
  EXPECT_TRUE(message && message->type == ControlType::fork_failed);
  return message ? message->status : 0;
}

/// The number that the template's next message tells of its child forked ahead.
pid_t next_ahead(TemplateClient& client) {
  const auto message = client.next();
  EXPECT_TRUE(message && message->type == ControlType::ahead);
  return message ? message->pid : -1;
}

/// A template that sleeps with slot 0 known, and what waits for its wake.
pid_t start_with_one_ahead(TemplateClient& client, TemplateSpec spec) {
  spec.fork_ahead = true;
  (void)client.start_and_wait(spec);
  client.add_slot(0);
  return next_ahead(client);
}

void tell_to_leave(TemplateClient& client, std::uint32_t slot) {
  instances::RingRequest leave;
  leave.sequence = 1000;
  leave.operation = instances::RingOperation::leave;
  ASSERT_TRUE(client.ring(slot).put_request(leave));
  const auto exited = client.next();
  ASSERT_TRUE(exited && exited->type == ControlType::exited);
  EXPECT_EQ(exited->status, 0);
  client.ring(slot).reset();
}

TEST_P(TemplateProcess, ForksAChildAheadThatBecomesTheNextInstance) {
  TemplateClient client = this->client();
  const pid_t first = start_with_one_ahead(client, spec());
  EXPECT_EQ(status_of(first, "Name"), "gp-ahead");
  EXPECT_EQ(status_of(first, "PPid"), std::to_string(client.process().pid()));
  EXPECT_EQ(status_of(first, "Seccomp"), "2");
  EXPECT_EQ(status_of(first, "NoNewPrivs"), "1");
  const Time asked = Clock::now();
  EXPECT_EQ(client.fork(0), first);
  EXPECT_EQ(found_by(client, 0, Probe::echo), 42);
  EXPECT_GE(client.ring(0).instance_times().born, asked) << "it began when it was wanted";
  EXPECT_EQ(status_of(first, "Name"), "gp-instance");
  tell_to_leave(client, 0);
  const pid_t second = next_ahead(client);
  EXPECT_NE(second, first);
  EXPECT_EQ(client.fork(0), second);
  EXPECT_FALSE(found_by(client, 0, Probe::open_socket)) << "its sandbox is that of any instance";
}

TEST_P(TemplateProcess, AChildForkedAheadKeepsNothingElseOpen) {
  TemplateSpec open = spec();
  open.sandbox = false;
  TemplateClient client = this->client();
  const pid_t ahead = start_with_one_ahead(client, open);
  EXPECT_EQ(client.fork(0), ahead);
  EXPECT_EQ(found_by(client, 0, Probe::open_file), -EMFILE);
  EXPECT_EQ(found_by(client, 0, Probe::count_descriptors), 5) << "0, 1, 2 and two doorbells";
}

TEST_P(TemplateProcess, AChildForkedAheadThatIsKilledIsForkedAgainButNotForEver) {
  TemplateClient client = this->client();
  pid_t ahead = start_with_one_ahead(client, spec());
  for (int killed = 0; killed < 3; ++killed) {
    ASSERT_GT(ahead, 0);
    kill_process(ahead);
    EXPECT_EQ(next_ahead(client), 0);
    if (killed < 2) ahead = next_ahead(client);
  }
  ::usleep(200'000);  // ten times as long as it waits
  const pid_t forked = client.fork(0);
  EXPECT_NE(forked, ahead);
  EXPECT_EQ(found_by(client, 0, Probe::echo), 42);
  tell_to_leave(client, 0);
  EXPECT_GT(next_ahead(client), 0) << "an instance was forked since";
}

TEST_P(TemplateProcess, AChildForkedAheadGoesWithItsTemplate) {
  for (const bool by_signal : {true, false}) {
    TemplateClient client = this->client();
    const pid_t ahead = start_with_one_ahead(client, spec());
    if (by_signal) {
      client.process().kill(SIGKILL);
    } else {
      client.send(ControlType::leave);
    }
    testing::wait_for_end(ahead);
  }
  TemplateClient client = this->client();
  const pid_t ahead = start_with_one_ahead(client, spec());
  client.hang_up();
  testing::wait_for_end(ahead);
}

TEST_P(TemplateProcess, AChildForkedAheadForAnotherSlotIsEnded) {
  TemplateClient client = this->client();
  const pid_t ahead = start_with_one_ahead(client, spec());
  EXPECT_NE(client.fork(1), ahead);
  testing::wait_for_end(ahead);
  EXPECT_EQ(found_by(client, 1, Probe::echo), 42);
  (void)client.fork(0);
  EXPECT_EQ(found_by(client, 0, Probe::echo), 42);
}

TEST_P(TemplateProcess, ForksNothingAheadUnlessItWasToldTo) {
  TemplateClient client = this->client();
  (void)client.start_and_wait(spec());
  client.add_slot(0);
  ::usleep(200'000);
  EXPECT_EQ(fork_failure(client, 7), ENOENT) << "no other message came before";
}

TEST_P(TemplateProcess, WithMoreThanOneThreadItForksNothingAheadEither) {
  write_model("threads");
  TemplateSpec with_threads = spec();
  with_threads.fork_ahead = true;
  TemplateClient client = this->client();
  (void)client.start_and_wait(with_threads);
  client.add_slot(0);
  ::usleep(200'000);
  EXPECT_EQ(fork_failure(client, 0), EDEADLK);
}

TEST_P(TemplateProcess, ReportsAnInstanceThatAborted) {
  TemplateClient client = this->client();
  (void)client.start_and_wait(spec());
  (void)client.fork(0);
  EXPECT_FALSE(found_by(client, 0, Probe::abort));
  const auto exited = client.next();
  ASSERT_TRUE(exited && exited->type == ControlType::exited);
  EXPECT_TRUE(WIFSIGNALED(exited->status));
}

TEST_P(TemplateProcess, RefusesToForkIntoASlotThatIsBusyOrUnknown) {
  TemplateClient client = this->client();
  (void)client.start_and_wait(spec());
  (void)client.fork(0);
  EXPECT_EQ(fork_failure(client, 0), EBUSY);
  EXPECT_EQ(fork_failure(client, 7), ENOENT);
}

TEST_P(TemplateProcess, DoesNotForkWithMoreThanOneThread) {
  write_model("threads");
  TemplateClient client = this->client();
  (void)client.start_and_wait(spec());
  client.add_slot(0);
  EXPECT_EQ(fork_failure(client, 0), EDEADLK);
}

TEST_P(TemplateProcess, ServesThePortableFormWhenThePreparedOneIsRefused) {
  write_model("probe", "prepared.txt");
  TemplateSpec both = spec();
  both.model = bundle() / "model" / "prepared.txt";
  both.prepared = true;
  both.portable_model = bundle() / "model" / "model.txt";
  TemplateClient client = this->client();
  const auto ready = client.start_and_wait(both);
  EXPECT_FALSE(ready.used_prepared);
  EXPECT_EQ(ready.prepared_problem, "probe engine does not like \"probe\"");
  write_model("prepared", "prepared.txt");
  TemplateClient another = this->client();
  EXPECT_TRUE(another.start_and_wait(both).used_prepared);
}

TEST_P(TemplateProcess, ReadsItsBundleAndNothingElseOnceItParsesTheModel) {
  write_model("curious");
  TemplateClient client = this->client();
  EXPECT_EQ(client.start_and_wait(spec()).signature.inputs.size(), 1U);
  TemplateSpec open = spec();
  open.sandbox = false;
  EXPECT_EQ(failure_of(open).code, Code::internal) << "the probe sees no difference";
}

TEST_P(TemplateProcess, SaysWhyItCannotServe) {
  TemplateSpec wrong = spec();
  wrong.engine = "caffe";
  EXPECT_EQ(failure_of(wrong).code, Code::unimplemented);
  wrong = spec();
  wrong.threads = 2;
  EXPECT_EQ(failure_of(wrong).code, Code::unimplemented);
  wrong = spec();
  wrong.bundle = folder_->path() / "nowhere";
  EXPECT_EQ(failure_of(wrong).code, Code::not_found);
  wrong = spec();
  wrong.model = bundle() / "model" / "other.txt";
  EXPECT_EQ(failure_of(wrong).message, "read model/other.txt: No such file or directory");
  write_model("broken");
  const Error broken = failure_of(spec());
  EXPECT_EQ(broken.code, Code::invalid_argument);
  EXPECT_EQ(broken.message, "probe engine does not like \"broken\"");
}

TEST_P(TemplateProcess, RefusesStartMessagesThatAreNone) {
  const auto failure = [this](const std::function<void(TemplateClient&)>& send) {
    TemplateClient client = this->client();
    send(client);
    const auto message = client.next();
    EXPECT_TRUE(message && message->type == ControlType::failed);
    EXPECT_EQ(client.process().wait().describe(), "exited with code 1");
    return message ? instances::error_from_json(*parse_json(message->json)).message : "";
  };
  EXPECT_NE(
      failure([](TemplateClient& c) { c.send_raw("nonsense"); }).find("not a message of ours"),
      std::string::npos);
  EXPECT_EQ(failure([](TemplateClient& c) { c.send(ControlType::fork); }),
            "the first message is not a start message");
  EXPECT_NE(failure([](TemplateClient& c) {
              c.send(ControlType::start, 0, "{]");
            }).find("the start message: "),
            std::string::npos);
  EXPECT_EQ(failure([](TemplateClient& c) { c.send(ControlType::start, 0, "{}"); }),
            "the start message has no \"function\"");
}

TEST_P(TemplateProcess, EndsQuietlyWhenTheGatewayLeavesBeforeTheStart) {
  TemplateClient client = this->client();
  client.hang_up();
  EXPECT_EQ(client.process().wait().describe(), "exited with code 0");
}

TEST_P(TemplateProcess, WritesThePreparedFormAndEnds) {
  const auto into = folder_->path() / "into";
  std::filesystem::create_directory(into);
  std::filesystem::permissions(into, std::filesystem::perms(0777));
  TemplateSpec prepare = spec();
  prepare.prepare_only = true;
  prepare.prepare_into = into;
  TemplateClient client = this->client();
  EXPECT_EQ(client.start_and_wait(prepare).prepared_file, "model.probe");
  EXPECT_EQ(client.process().wait().describe(), "exited with code 0");
  EXPECT_EQ(*read_file(into / "model.probe"), "prepared");
}

TEST_P(TemplateProcess, BecomesTheUserItWasToldOrRefuses) {
  TemplateSpec other = spec();
  other.run_as = 64001;
  other.sandbox = false;
  if (!GetParam().may_change_users()) {
    EXPECT_EQ(failure_of(other).code, Code::permission_denied);
    return;
  }
  std::filesystem::permissions(folder_->path(), std::filesystem::perms(0700));
  TemplateClient client = this->client();
  (void)client.start_and_wait(other);
  const pid_t instance = client.fork(0);
  EXPECT_EQ(found_by(client, 0, Probe::user), 64001);
  for (const pid_t pid : {client.process().pid(), instance}) {
    EXPECT_EQ(status_of(pid, "Uid"), "64001\t64001\t64001\t64001");
    EXPECT_EQ(status_of(pid, "Gid"), "64001\t64001\t64001\t64001");
    EXPECT_EQ(status_of(pid, "Groups"), "");
    EXPECT_EQ(status_of(pid, "CapEff"), "0000000000000000");
  }
  client.process().kill(SIGKILL);  // changing users takes the parent-death signal away
  testing::wait_for_end(instance);
}

TEST_P(TemplateProcess, AsAnotherUserPreparesIntoAFolderItCouldNotReach) {
  const auto into = folder_->path() / "into";
  std::filesystem::create_directory(into);
  TemplateSpec prepare = spec();
  prepare.prepare_only = true;
  prepare.prepare_into = into;
  prepare.run_as = 64001;
  if (!GetParam().may_change_users()) {
    EXPECT_EQ(failure_of(prepare).code, Code::permission_denied);
    return;
  }
  std::filesystem::permissions(folder_->path(), std::filesystem::perms(0700));
  TemplateClient client = this->client();
  EXPECT_EQ(client.start_and_wait(prepare).prepared_file, "model.probe");
}

TEST_P(TemplateProcess, SaysOnceThatNamespacesAreMissing) {
  TemplateClient client = this->client();
  const auto ready = client.start_and_wait(spec());
  const auto own = std::filesystem::read_symlink("/proc/self/ns/net");
  std::error_code denied;
  const auto of_template = std::filesystem::read_symlink(
      "/proc/" + std::to_string(client.process().pid()) + "/ns/net", denied);
  const auto missing = std::count(ready.missing.begin(), ready.missing.end(), "namespaces");
  EXPECT_EQ(missing, !denied && own == of_template ? 1 : 0);
  if (GetParam().name == "OrdinaryWithoutNamespaces") {
    EXPECT_EQ(missing, 1);
  }
}

std::vector<User> users() {
  if (::geteuid() != 0) return {{"Self", {}}};
  return {{"Self", {}},
          {"Ordinary",
           {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            "--pdeathsig=KILL"}},
          {"OrdinaryWithoutNamespaces", {"/usr/bin/python3", GLOWPLUG_AS_ORDINARY_USER}}};
}
INSTANTIATE_TEST_SUITE_P(As, TemplateProcess, ::testing::ValuesIn(users()),
                         [](const auto& user) { return user.param.name; });

}  // namespace
}  // namespace glowplug::runtime
