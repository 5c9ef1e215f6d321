#include "runtime/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <functional>

#include "base/child_process.h"
#include "base/file.h"
#include "runtime/landlock.h"
#include "runtime/process_title.h"

namespace glowplug::runtime {
namespace {

/// What a forked child does with itself ends with it.
ExitStatus in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return ExitStatus::from_wait(status);
}

int errno_of_opening(const std::filesystem::path& path, int flags) {
  const UniqueFd opened(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  return opened ? 0 : errno;
}

TEST(Landlock, AllowsWhatItNamesAndDeniesTheRest) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  for (const char* name : {"read", "write", "other"}) {
    std::filesystem::create_directory(folder->path() / name);
    ASSERT_TRUE(write_file_atomically(folder->path() / name / "file", "x", false));
  }
  const auto rules = Landlock::create(
      {.read = {folder->path() / "read", "/does/not/exist"}, .write = {folder->path() / "write"}});
  ASSERT_TRUE(rules) << rules.error().message;
  const auto status = in_child([&] {
    (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!rules->enter()) return 1;
    if (errno_of_opening(folder->path() / "read/file", O_RDONLY) != 0) return 2;
    if (errno_of_opening(folder->path() / "read/file", O_WRONLY) != EACCES) return 3;
    if (errno_of_opening(folder->path() / "read/new", O_WRONLY | O_CREAT) != EACCES) return 4;
    if (errno_of_opening(folder->path() / "write/new", O_WRONLY | O_CREAT) != 0) return 5;
    if (errno_of_opening(folder->path() / "other/file", O_RDONLY) != EACCES) return 6;
    return 0;
  });
  EXPECT_EQ(status.describe(), "exited with code 0");
}

TEST(Sandbox, HasAShortListThatKills) {
  const auto filter = SyscallFilter::create();
  ASSERT_TRUE(filter) << filter.error().message;
  EXPECT_LT(filter->instructions(), 100U);
  std::vector<std::string> missing;
  const Sandbox sandbox = Sandbox::create(missing);
  EXPECT_EQ(missing, std::vector<std::string>());
  EXPECT_EQ(in_child([&] {
              return sandbox.take_files() && sandbox.take_system_calls() ? 0 : 1;
            }).describe(),
            "exited with code 0");
  EXPECT_EQ(in_child([&] {
              (void)sandbox.take_system_calls();
              return ::socket(1, 1, 0);
            }).describe(),
            "was killed by signal 31 (Bad system call)");
  EXPECT_EQ(in_child([&] {
              return sandbox.take_files() && sandbox.take_system_calls()
                         ? errno_of_opening("/", O_RDONLY)
                         : 1;
            }).describe(),
            "was killed by signal 31 (Bad system call)");
}

TEST(ProcessTitle, IsCutOffWhereTheArgumentsEnded) {
  std::string memory("program\0--flag\0", 15);
  std::array<char*, 2> arguments{memory.data(), memory.data() + 8};
  const auto status = in_child([&] {
    const ProcessTitle title(2, arguments.data());
    title.set("gp-test", "a title that is longer than that");
    const bool cut = std::string(memory.data()) == "a title that i";
    std::array<char, 16> name{};
    (void)::prctl(PR_GET_NAME, name.data());
    return !cut ? 1 : std::string(name.data()) == "gp-test" ? 0 : 2;
  });
  EXPECT_EQ(status.describe(), "exited with code 0");
}

TEST(Sandbox, OfCodeRefusesWithoutKilling) {
  const auto scratch = TemporaryFolder::create();
  ASSERT_TRUE(scratch);
  std::vector<std::string> missing;
  const Sandbox sandbox = Sandbox::create_for_code({.read = {"/usr"}, .write = {}}, missing);
  EXPECT_EQ(missing, std::vector<std::string>());
  const auto status = in_child([&] {
    if (!sandbox.take_files(scratch->path()) || !sandbox.take_system_calls()) return 1;
    if (errno_of_opening(scratch->path() / "new", O_WRONLY | O_CREAT) != 0) return 2;
    if (errno_of_opening("/etc/passwd", O_RDONLY) != EACCES) return 3;
    if (errno_of_opening("/usr/new", O_WRONLY | O_CREAT) != EACCES) return 4;
    if (::socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM) return 5;
    if (::fork() >= 0 || errno != EPERM) return 6;
    if (::kill(::getppid(), 0) == 0 || errno != EPERM) return 7;
    if (::kill(::getpid(), 0) != 0) return 8;
    return 0;
  });
  EXPECT_EQ(status.describe(), "exited with code 0");
}

TEST(Sandbox, OfLoadingRefusesProgramsAndSockets) {
  const auto filter = SyscallFilter::create_for_loading();
  ASSERT_TRUE(filter) << filter.error().message;
  const auto status = in_child([&] {
    (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!filter->install()) return 1;
    if (::socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM) return 2;
    if (::execl("/bin/true", "true", nullptr) == 0 || errno != EPERM) return 3;
    if (::kill(::getppid(), 0) == 0 || errno != EPERM) return 4;
    return in_child([] { return 7; }).number;
  });
  EXPECT_EQ(status.describe(), "exited with code 7");
}

}  // namespace
}  // namespace glowplug::runtime
