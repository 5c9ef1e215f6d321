#include "base/line_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "base/fd.h"

namespace glowplug {
namespace {

class LineWriterTest : public ::testing::Test {
 protected:
  LineWriterTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader_ = UniqueFd(ends[0]);
    writer_ = UniqueFd(ends[1]);
    EXPECT_EQ(::fcntl(writer_.get(), F_SETPIPE_SZ, 4096), 4096);
    EXPECT_EQ(::fcntl(reader_.get(), F_SETFL, O_NONBLOCK), 0);
  }
  /// What lies in the pipe.
  std::string read_all() {
    std::string text;
    std::array<char, 4096> piece{};
    for (ssize_t got = 0; (got = ::read(reader_.get(), piece.data(), piece.size())) > 0;)
      text.append(piece.data(), static_cast<std::size_t>(got));
    return text;
  }
  /// What comes until nothing is kept any more.
  std::string drain(LineWriter& log) {
    std::string text = read_all();
    while (log.kept_bytes() > 0) {
      log.write({});
      text += read_all();
    }
    return text;
  }
  UniqueFd reader_;
  UniqueFd writer_;
};

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += std::string(99, 'x') + "\n";
  return text;
}

TEST_F(LineWriterTest, WritesAtOnceWhileThereIsRoom) {
  LineWriter log(writer_.get());
  log.write("one\ntwo\n");
  EXPECT_EQ(read_all(), "one\ntwo\n");
  EXPECT_EQ(log.kept_bytes(), 0U);
}

TEST_F(LineWriterTest, KeepsWhatAFullPipeDoesNotTakeAndSendsItFirst) {
  LineWriter log(writer_.get());
  log.write(lines(100));
  EXPECT_GT(log.kept_bytes(), 0U);
  const std::string seen = drain(log);
  log.write("last\n");
  EXPECT_EQ(seen + read_all(), lines(100) + "last\n");
}

TEST_F(LineWriterTest, LosesWholeLinesBeyondItsLimitAndSaysHowMany) {
  LineWriter log(writer_.get(), 1000);
  log.write(lines(100));
  EXPECT_GT(log.lost(), 0U);
  const std::uint64_t lost = log.lost();
  std::string seen = drain(log);
  log.write({});
  log.write("last\n");
  seen += drain(log);
  EXPECT_NE(seen.find("\"lines\":" + std::to_string(lost) + "}\nlast\n"), std::string::npos)
      << seen;
  EXPECT_EQ(seen.substr(0, lines(100 - lost).size()), lines(100 - lost));
}

TEST_F(LineWriterTest, AReaderThatIsGoneCostsTheLinesOnly) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  LineWriter log(writer_.get());
  reader_ = UniqueFd();
  log.write("one\n");
  EXPECT_EQ(log.kept_bytes(), 0U);
}

}  // namespace
}  // namespace glowplug
