#include "cli/declaration/documents.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"

namespace glowplug::cli {
namespace {

const std::filesystem::path kSourceFolder = GLOWPLUG_SOURCE_FOLDER;

TEST(Documents, InTheRepositoryAreWhatTheDeclarationSays) {
  for (const auto& [path, content] : documents(declare_glowplug())) {
    const auto committed = read_file(kSourceFolder / path);
    ASSERT_TRUE(committed) << path << ": run `glowplug __docs .` in the source folder";
    EXPECT_EQ(*committed, content) << path << ": run `glowplug __docs .` in the source folder";
  }
}

TEST(Documents, NothingElseLiesInTheirFolders) {
  const auto expected = documents(declare_glowplug());
  for (const std::string_view folder : {"docs/cli", "docs/man", "docs/completion"}) {
    for (const auto& entry : std::filesystem::directory_iterator(kSourceFolder / folder)) {
      const std::string path = std::string(folder) + "/" + entry.path().filename().string();
      EXPECT_TRUE(expected.contains(path)) << path << " belongs to no verb";
    }
  }
}

}  // namespace
}  // namespace glowplug::cli
