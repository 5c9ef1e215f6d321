#include "base/line_writer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>

#include "base/utc.h"

namespace glowplug {
namespace {

bool takes_bytes(int fd) {
  pollfd asked{fd, POLLOUT, 0};
  int ready = 0;
  do {
    ready = ::poll(&asked, 1, 0);
  } while (ready < 0 && errno == EINTR);
  return ready == 1;
}

}  // namespace

std::string log_timestamp() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto whole = std::chrono::floor<std::chrono::seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     utc_of(std::chrono::system_clock::to_time_t(whole)), (now - whole).count());
}

void LineWriter::write(std::string_view lines) {
  if (!kept_.empty()) kept_.erase(0, put(kept_));
  if (!kept_.empty()) return keep(lines);
  if (lost_ > 0) tell_of_lost();
  keep(lines.substr(kept_.empty() ? put(lines) : 0));
}

void LineWriter::tell_of_lost() {
  const std::string line = fmt::format(
      R"({{"time":"{}","level":"warning","event":"log_lines_lost","message":"nobody read them in time","lines":{}}})"
      "\n",
      log_timestamp(), lost_);
  lost_ = 0;
  kept_ = line.substr(put(line));
}

void LineWriter::keep(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size() - 1) + 1;
    if (kept_.size() + end > most_kept_) {
      lost_ += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
      return;
    }
    kept_ += lines.substr(0, end);
    lines.remove_prefix(end);
  }
}

std::size_t LineWriter::put(std::string_view bytes) const {
  std::size_t taken = 0;
  while (taken < bytes.size() && takes_bytes(fd_)) {
    const std::size_t piece = std::min<std::size_t>(bytes.size() - taken, PIPE_BUF);
    const ssize_t written = ::write(fd_, bytes.data() + taken, piece);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) break;
    if (written <= 0)
      return bytes.size();  // a reader that is gone, a full disk: nothing to wait for
    taken += static_cast<std::size_t>(written);
  }
  return taken;
}

}  // namespace glowplug
