#include "cli/terminal/table.h"

#include <gtest/gtest.h>

namespace glowplug::cli {
namespace {

const Table kTable{{{"function"}, {"size MB", true}, {"note"}},
                   {{"iris", "0.2", "small"}, {"efficientnet", "13.9", "a longer note about it"}}};

Terminal terminal(bool is_terminal, std::size_t width) {
  Terminal result;
  result.out_is_terminal = is_terminal;
  result.width = width;
  result.utf8 = true;
  return result;
}

TEST(Table, AlignsNumbersToTheRight) {
  EXPECT_EQ(kTable.text(terminal(true, 80)),
            "function       size MB   note\n"
            "iris               0.2   small\n"
            "efficientnet      13.9   a longer note about it\n");
}

TEST(Table, CutsTheWidestColumnToFit) {
  EXPECT_EQ(kTable.text(terminal(true, 40)),
            "function       size MB   note\n"
            "iris               0.2   small\n"
            "efficientnet      13.9   a longer note …\n");
}

TEST(Table, WideCutsNothing) {
  EXPECT_EQ(kTable.text(terminal(true, 20), true), kTable.text(terminal(true, 80)));
}

TEST(Table, PipedIsTabSeparatedAndWhole) {
  EXPECT_EQ(kTable.text(terminal(false, 10)),
            "function\tsize MB\tnote\niris\t0.2\tsmall\n"
            "efficientnet\t13.9\ta longer note about it\n");
}

TEST(Table, WithoutRowsIsEmpty) { EXPECT_EQ((Table{{{"a"}}, {}}).text(terminal(true, 80)), ""); }

}  // namespace
}  // namespace glowplug::cli
