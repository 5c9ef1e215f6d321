#include "cli/project/project_page.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"

namespace glowplug::cli {
namespace {

TEST(ProjectDocuments, InTheRepositoryAreWhatTheKeysSay) {
  for (const auto& [path, content] : project_documents()) {
    const auto committed = read_file(std::filesystem::path(GLOWPLUG_SOURCE_FOLDER) / path);
    ASSERT_TRUE(committed) << path << ": run `glowplug __docs .` in the source folder";
    EXPECT_EQ(*committed, content) << path << ": run `glowplug __docs .` in the source folder";
  }
}

}  // namespace
}  // namespace glowplug::cli
