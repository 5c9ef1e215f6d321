#include "scale/keep_warm.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "scale/local_time.h"

namespace glowplug::scale {
namespace {

using std::chrono::Monday;
using std::chrono::Saturday;
using std::chrono::Sunday;
using std::chrono::Tuesday;

constexpr int at(int hours, int minutes = 0) { return hours * 60 + minutes; }

KeepWarm read(std::string_view text) {
  auto schedule = parse_keep_warm(text);
  EXPECT_TRUE(schedule) << text << ": " << schedule.error().message;
  return schedule ? *schedule : KeepWarm{};
}

std::string refusal(std::string_view text) {
  const auto schedule = parse_keep_warm(text);
  EXPECT_FALSE(schedule) << text;
  return schedule ? "" : schedule.error().message;
}

/// UTC; the days since 1970 come from the calendar of <chrono>.
std::chrono::system_clock::time_point utc(int year, unsigned month, unsigned day, int hour,
                                          int minute = 0) {
  using namespace std::chrono;
  return sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
         hours(hour) + minutes(minute);
}

std::uint32_t kept(const KeepWarm& schedule, std::chrono::system_clock::time_point when) {
  const auto local = local_minute(when, schedule.zone);
  EXPECT_TRUE(local) << local.error().message;
  return local ? instances_at(schedule, *local) : 0;
}

TEST(KeepWarm, KeepsInItsHoursOnly) {
  const KeepWarm schedule = read("mon-fri 08:00-18:00");
  EXPECT_EQ(instances_at(schedule, {Monday, at(7, 59)}), 0U);
  EXPECT_EQ(instances_at(schedule, {Monday, at(8)}), 1U);
  EXPECT_EQ(instances_at(schedule, {Monday, at(17, 59)}), 1U);
  EXPECT_EQ(instances_at(schedule, {Monday, at(18)}), 0U);
  EXPECT_EQ(instances_at(schedule, {Saturday, at(12)}), 0U);
}

TEST(KeepWarm, GoesOnIntoTheNextDay) {
  const KeepWarm schedule = read("sun 22:00-06:00");
  EXPECT_EQ(instances_at(schedule, {Sunday, at(21, 59)}), 0U);
  EXPECT_EQ(instances_at(schedule, {Sunday, at(23)}), 1U);
  EXPECT_EQ(instances_at(schedule, {Monday, at(5, 59)}), 1U);
  EXPECT_EQ(instances_at(schedule, {Monday, at(6)}), 0U);
  EXPECT_EQ(instances_at(schedule, {Sunday, at(3)}), 0U);
}

TEST(KeepWarm, TheMostCountsWhereWindowsOverlap) {
  const KeepWarm schedule = read("00:00-24:00; mon 09:00-10:00 x4; mon 09:30-11:00 x2");
  EXPECT_EQ(instances_at(schedule, {Monday, at(9, 45)}), 4U);
  EXPECT_EQ(instances_at(schedule, {Monday, at(10, 30)}), 2U);
  EXPECT_EQ(instances_at(schedule, {Tuesday, at(9, 45)}), 1U);
  EXPECT_EQ(most_instances(schedule), 4U);
}

TEST(KeepWarm, NeverKeepsNothing) {
  EXPECT_TRUE(read("never").windows.empty());
  EXPECT_EQ(instances_at(read("never"), {Monday, at(12)}), 0U);
}

TEST(KeepWarm, ReadsWhatItWrites) {
  constexpr std::array<std::pair<const char*, const char*>, 7> kTexts{
      {{"never", "never"},
       {"mon-fri 08:00-18:00", "mon-fri 08:00-18:00"},
       {" daily  08:00-24:00 ", "08:00-24:00"},
       {"mon,tue,wed,fri 08:00-18:00 x1", "mon-wed,fri 08:00-18:00"},
       {"sat-mon 00:00-24:00 x12 UTC", "mon,sat-sun 00:00-24:00 x12 UTC"},
       {"06:00-09:00;17:00-20:00 x2", "06:00-09:00; 17:00-20:00 x2"},
       {"mon 07:30-19:00; sat 22:00-02:00 America/New_York",
        "mon 07:30-19:00; sat 22:00-02:00 America/New_York"}}};
  for (const auto& [text, canonical] : kTexts) {
    const KeepWarm schedule = read(text);
    EXPECT_EQ(to_text(schedule), canonical);
    EXPECT_EQ(read(to_text(schedule)), schedule);
  }
}

TEST(KeepWarm, RefusalsSayWhereWhatAndWhatWasExpected) {
  EXPECT_EQ(refusal(""), "column 1: it ends, hours like 08:00-18:00 was expected");
  EXPECT_EQ(refusal("mon-fri"), "column 8: it ends, hours like 08:00-18:00 was expected");
  EXPECT_EQ(refusal("mon-fir 08:00-18:00"),
            "column 5: \"fir\", a day (mon, tue, wed, thu, fri, sat, sun or daily) was expected");
  EXPECT_EQ(refusal("mon 08:00-25:00"),
            "column 11: \"25:00\", a time of day from 00:00 to 24:00 was expected");
  EXPECT_EQ(refusal("mon 8-18"), "column 5: \"8\", a time of day from 00:00 to 24:00 was expected");
  EXPECT_EQ(refusal("mon 08:00"), "column 5: \"08:00\", hours like 08:00-18:00 was expected");
  EXPECT_EQ(refusal("08:00-08:00"),
            "column 1: \"08:00-08:00\", an end other than the begin (00:00-24:00 is a whole day) "
            "was expected");
  EXPECT_EQ(refusal("24:00-08:00"),
            "column 1: \"24:00\", a begin before 24:00, which is 00:00 of the next day, was "
            "expected");
  EXPECT_EQ(refusal("08:00-18:00 x0"),
            "column 13: \"x0\", a number of instances from x1 to x64 was expected");
  EXPECT_EQ(refusal("08:00-18:00 3"),
            "column 13: \"3\", `;` and another window, xINSTANCES or a time zone like "
            "Europe/Berlin was expected");
  EXPECT_EQ(refusal("08:00-18:00 UTC UTC"),
            "column 17: \"UTC\", nothing more after the time zone was expected");
  EXPECT_EQ(refusal("08:00-18:00;"), "column 13: it ends, hours like 08:00-18:00 was expected");
  EXPECT_EQ(refusal("never 08:00-18:00"),
            "column 7: \"08:00-18:00\", nothing more after \"never\" was expected");
}

TEST(KeepWarm, FollowsTheClockOnTheWallThroughTheYear) {
  const KeepWarm schedule = read("mon-fri 08:00-18:00 Europe/Berlin");
  // Winter, UTC+1, and summer, UTC+2. Both are Mondays.
  EXPECT_EQ(kept(schedule, utc(2026, 1, 12, 6, 59)), 0U);
  EXPECT_EQ(kept(schedule, utc(2026, 1, 12, 7)), 1U);
  EXPECT_EQ(kept(schedule, utc(2026, 1, 12, 17)), 0U);
  EXPECT_EQ(kept(schedule, utc(2026, 7, 13, 5, 59)), 0U);
  EXPECT_EQ(kept(schedule, utc(2026, 7, 13, 6)), 1U);
  EXPECT_EQ(kept(schedule, utc(2026, 7, 13, 16)), 0U);
}

TEST(KeepWarm, BeginsWithTheJumpWhenClocksGoForwardOverItsBegin) {
  // On Sunday 29 March 2026, 02:00 became 03:00 at 01:00 UTC.
  const KeepWarm schedule = read("sun 02:30-03:30 Europe/Berlin");
  EXPECT_EQ(kept(schedule, utc(2026, 3, 29, 0, 59)), 0U);
  EXPECT_EQ(kept(schedule, utc(2026, 3, 29, 1)), 1U);
  EXPECT_EQ(kept(schedule, utc(2026, 3, 29, 1, 29)), 1U);
  EXPECT_EQ(kept(schedule, utc(2026, 3, 29, 1, 30)), 0U);
}

TEST(KeepWarm, KeepsTheHourThatHappensTwiceBothTimes) {
  // On Sunday 25 October 2026, 03:00 became 02:00 at 01:00 UTC.
  const KeepWarm schedule = read("sun 02:00-03:00 Europe/Berlin");
  EXPECT_EQ(kept(schedule, utc(2026, 10, 24, 23, 59)), 0U);
  EXPECT_EQ(kept(schedule, utc(2026, 10, 25, 0)), 1U);
  EXPECT_EQ(kept(schedule, utc(2026, 10, 25, 1, 59)), 1U);
  EXPECT_EQ(kept(schedule, utc(2026, 10, 25, 2)), 0U);
}

TEST(LocalTime, TheDayIsTheZonesOwn) {
  const auto auckland = local_minute(utc(2026, 7, 12, 13), "Pacific/Auckland");
  ASSERT_TRUE(auckland) << auckland.error().message;
  EXPECT_EQ(auckland->day, Monday);
  EXPECT_EQ(auckland->minute, at(1));
}

TEST(LocalTime, KnowsZonesByTheirFilesAndLooksNowhereElse) {
  EXPECT_TRUE(check_zone(""));
  EXPECT_TRUE(check_zone("Europe/Berlin"));
  EXPECT_TRUE(check_zone("UTC"));
  for (const char* name : {"Europe/Atlantis", "Europe", "../zoneinfo/UTC", "zone.tab"})
    EXPECT_FALSE(check_zone(name)) << name;
  EXPECT_FALSE(local_minute(utc(2026, 1, 1, 0), "Europe/Atlantis"));
}

}  // namespace
}  // namespace glowplug::scale
