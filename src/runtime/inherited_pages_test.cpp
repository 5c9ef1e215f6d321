#include "runtime/inherited_pages.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
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

TEST(InheritedPages, AChildFindsTheFilePagesThatItsParentUsed) {
  const TemporaryFolder folder = *TemporaryFolder::create();
  const auto path = folder.path() / "weights";
  std::string content(kPages * kPage, 'x');
  ASSERT_TRUE(write_file_atomically(path, content, false));
  const MappedFile file = *MappedFile::open(path);
  ASSERT_EQ(file.text(), content);  // uses every page
  const char* const data = file.text().data();
  EXPECT_EQ(present(data), kPages);
  EXPECT_EQ(present_in_a_child(data), 0U);
  EXPECT_GE(inherit_file_pages(), 1U);
  EXPECT_EQ(present_in_a_child(data), kPages);
  EXPECT_EQ(file.text(), content);
  EXPECT_EQ(*read_file(path), content);
  // It is read-only again.
  EXPECT_EXIT(*const_cast<char*>(data) = 'y', testing::KilledBySignal(SIGSEGV), "");  // NOLINT
}

}  // namespace
}  // namespace glowplug::runtime
