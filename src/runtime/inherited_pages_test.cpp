#include "runtime/inherited_pages.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/file.h"

namespace glowplug::runtime {
namespace {

constexpr std::size_t kPage = 4096, kPages = 64;
constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;  // Documentation/admin-guide/mm/pagemap

std::size_t present(const char* data) {
  const UniqueFd pagemap = *open_file("/proc/self/pagemap", O_RDONLY);
  std::array<std::uint64_t, kPages> entries{};
  const auto at = reinterpret_cast<std::uintptr_t>(data) / kPage * sizeof(std::uint64_t);
  if (::pread(pagemap.get(), entries.data(), sizeof entries, static_cast<off_t>(at)) < 0) return 0;
  std::size_t count = 0;
  for (const std::uint64_t entry : entries) count += (entry & kPresent) != 0 ? 1 : 0;
  return count;
}

/// How many of the pages a forked child finds without having looked at any.
std::size_t present_in_a_child(const char* data) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(static_cast<int>(present(data)));
  int status = 0;
  (void)::waitpid(child, &status, 0);
  return WIFEXITED(status) ? static_cast<std::size_t>(WEXITSTATUS(status)) : 0;
}

/// A file, mapped as a program's text is.
class MappedText {
 public:
  MappedText() {
    (void)write_file_atomically(path(), std::string(kPages * kPage, 'x'), false);
    const UniqueFd file = *open_file(path(), O_RDONLY);
    data_ = static_cast<char*>(
        ::mmap(nullptr, kPages * kPage, PROT_READ | PROT_EXEC, MAP_PRIVATE, file.get(), 0));
  }
  MappedText(const MappedText&) = delete;
  MappedText& operator=(const MappedText&) = delete;
  ~MappedText() { (void)::munmap(data_, kPages * kPage); }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "text"; }
  [[nodiscard]] char* data() const { return data_; }
  [[nodiscard]] std::string read() const { return {data_, kPages * kPage}; }

 private:
  TemporaryFolder folder_ = *TemporaryFolder::create();
  char* data_ = nullptr;
};

TEST(InheritedPages, AChildFindsThePagesThatItsParentUsed) {
  const MappedText text;
  const std::string content = text.read();  // uses every page
  EXPECT_EQ(present(text.data()), kPages);
  EXPECT_EQ(present_in_a_child(text.data()), 0U);
  EXPECT_GE(inherit_program_pages(), 2U);  // and this program's own
  EXPECT_EQ(present_in_a_child(text.data()), kPages);
  EXPECT_EQ(text.read(), content);
  EXPECT_EQ(*read_file(text.path()), content);
}

TEST(InheritedPages, WhatWasForgottenIsNotInherited) {
  const MappedText text;
  const std::string content = text.read();
  forget_program_pages();
  EXPECT_EQ(present(text.data()), 0U);
  EXPECT_EQ(text.read(), content);  // back by faults
  (void)inherit_program_pages();
  forget_program_pages();
  EXPECT_EQ(text.read(), content);
}

TEST(InheritedPagesDeathTest, TextIsReadOnlyAfterwards) {
  const MappedText text;
  (void)inherit_program_pages();
  EXPECT_EXIT(*text.data() = 'y', testing::KilledBySignal(SIGSEGV), "");
}

}  // namespace
}  // namespace glowplug::runtime
