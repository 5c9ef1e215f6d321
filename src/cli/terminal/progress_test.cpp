#include "cli/terminal/progress.h"

#include <gtest/gtest.h>

namespace glowplug::cli {
namespace {

const Time kStart{seconds(1000)};

PhaseText phase(ProgressMode mode, bool utf8 = true) {
  PhaseText text(mode, utf8, false);
  text.start("export", kStart);
  return text;
}

TEST(PhaseText, SaysNothingUnder300Milliseconds) {
  PhaseText text = phase(ProgressMode::live);
  EXPECT_EQ(text.tick(kStart + milliseconds(299)), "");
  EXPECT_EQ(text.end(kStart + milliseconds(299), true, "detail"), "");
}

TEST(PhaseText, LiveLineIsReplacedByTheResult) {
  PhaseText text = phase(ProgressMode::live);
  text.step("samples");
  EXPECT_EQ(text.tick(kStart + milliseconds(400)), "\r\x1b[Kexport: samples… 0.4s");
  EXPECT_EQ(text.end(kStart + milliseconds(1200), true, "iris@a41b07"),
            "\r\x1b[K✓ export     iris@a41b07   1.2s\n");
}

TEST(PhaseText, PlainSpeaksEachThirtySecondsAndAtTheEnd) {
  PhaseText text = phase(ProgressMode::plain, false);
  EXPECT_EQ(text.tick(kStart + seconds(29)), "");
  EXPECT_EQ(text.tick(kStart + seconds(31)), "export... 31s\n");
  EXPECT_EQ(text.tick(kStart + seconds(40)), "");
  EXPECT_EQ(text.end(kStart + seconds(41), true, ""), "ok export     41.0s\n");
}

TEST(PhaseText, AFailedPhaseIsMarkedByWordOrSign) {
  EXPECT_EQ(phase(ProgressMode::plain, false).end(kStart + seconds(1), false, ""),
            "fail export     1.0s\n");
  EXPECT_EQ(phase(ProgressMode::plain).end(kStart + seconds(1), false, ""), "✗ export     1.0s\n");
}

TEST(Progress, ModeFollowsFlagThenTerminal) {
  Terminal terminal;
  terminal.live = true;
  EXPECT_EQ(progress_mode("auto", terminal), ProgressMode::live);
  EXPECT_EQ(progress_mode("plain", terminal), ProgressMode::plain);
  EXPECT_EQ(progress_mode("none", terminal), ProgressMode::none);
  terminal.live = false;
  EXPECT_EQ(progress_mode("auto", terminal), ProgressMode::plain);
}

TEST(Progress, EndsItsThreadInsideAPhase) {
  std::string written;
  {
    Progress progress(ProgressMode::live, Terminal{},
                      [&written](std::string_view text) { written += text; });
    progress.start("export");
    progress.done();
    progress.start("add");
  }
  EXPECT_EQ(written, "");
}

}  // namespace
}  // namespace glowplug::cli
