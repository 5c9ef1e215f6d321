#include "engine/onnxruntime/weight_pages.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

#include "base/file.h"
#include "engine/onnxruntime/page_range.h"

namespace glowplug::engine::ort {
namespace {

/// A file of five huge pages and a bit, byte n being n / 4096.
class WeightPagesTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kSize = 5 * kHugePage + 100;
  void SetUp() override {
    auto folder = TemporaryFolder::create();
    ASSERT_TRUE(folder);
    folder_.emplace(*std::move(folder));
    write_by_pages();
    auto pages = WeightPages::map(file());
    ASSERT_TRUE(pages) << pages.error().message;
    pages_.emplace(*std::move(pages));
    auto pagemap = open_file("/proc/self/pagemap", O_RDONLY);
    ASSERT_TRUE(pagemap);
    pagemap_ = *std::move(pagemap);
  }
  /// In one piece it could become huge pages of the page cache, which count as used as a whole.
  void write_by_pages() const {
    const auto out = open_file(file(), O_WRONLY | O_CREAT);
    ASSERT_TRUE(out);
    for (std::size_t at = 0; at < kSize; at += 4096) {
      const std::string page(std::min<std::size_t>(4096, kSize - at), static_cast<char>(at / 4096));
      ASSERT_EQ(::write(out->get(), page.data(), page.size()), static_cast<ssize_t>(page.size()));
    }
  }
  [[nodiscard]] std::filesystem::path file() const { return folder_->path() / "weights"; }
  void use(std::size_t from, std::size_t to) const {
    for (std::size_t i = from; i < to; i += 4096)
      ASSERT_EQ(pages_->bytes()[i], static_cast<std::byte>(i / 4096)) << i;
  }
  std::optional<TemporaryFolder> folder_;
  std::optional<WeightPages> pages_;
  UniqueFd pagemap_;
};

TEST_F(WeightPagesTest, HoldsTheFile) {
  EXPECT_EQ(pages_->bytes().size(), kSize);
  use(0, kSize);
}

TEST_F(WeightPagesTest, MovesWhatWasUsedAndKeepsItsContent) {
  use(0, kSize);
  pages_->forget_use();
  use(kHugePage, 3 * kHugePage);
  EXPECT_EQ(pages_->settle(pagemap_), 2 * kHugePage);
  use(0, kSize);
}

TEST_F(WeightPagesTest, LeavesWhatWasHardlyUsed) {
  pages_->forget_use();
  use(0, 1);
  use(4 * kHugePage, 4 * kHugePage + kHugePage / 8);
  use(5 * kHugePage, kSize);
  EXPECT_EQ(pages_->settle(pagemap_), 0U);
}

TEST_F(WeightPagesTest, StaysAsItIsWithoutAPagemap) {
  use(0, kSize);
  EXPECT_EQ(pages_->settle(UniqueFd()), 0U);
  use(0, kSize);
}

TEST_F(WeightPagesTest, OutlivesItsFile) {
  std::filesystem::remove(file());
  use(0, kSize);
}

TEST(WeightPages, RefusesAnEmptyFileAndOneThatIsNotThere) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  std::ofstream(folder->path() / "empty").flush();
  EXPECT_EQ(WeightPages::map(folder->path() / "empty").error().code, Code::invalid_argument);
  EXPECT_EQ(WeightPages::map(folder->path() / "none").error().code, Code::not_found);
}

}  // namespace
}  // namespace glowplug::engine::ort
