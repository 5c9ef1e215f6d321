#include "runtime/function_log.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/time.h"

namespace glowplug::runtime {
namespace {

constexpr std::size_t kLargestPacket = std::size_t{256} << 10;
constexpr std::size_t kMostInASecond = std::size_t{1} << 20;
constexpr char kMark = '\x01';

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string lines_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  std::string text;
  if (found == object.end() || !found->is_array()) return text;
  for (const Json& line : *found) {
    if (!text.empty()) text += '\n';
    if (line.is_string()) text += line.get<std::string>();
  }
  return text;
}

void log_record(Log& log, const std::string& function, const std::string& version,
                const Json& record) {
  const LogLevel level = log_level_named(text_at(record, "level")).value_or(LogLevel::info);
  const std::string message = text_at(record, "message");
  const std::string request = text_at(record, "request_id");
  const std::string trace = lines_at(record, "traceback");
  if (!trace.empty()) {
    log.write(level, "handler_failed", message,
              {{"function", function},
               {"version", version},
               {"request_id", request},
               {"traceback", trace}});
    return;
  }
  std::string source = text_at(record, "logger");
  if (source.empty()) source = text_at(record, "stream");
  log.write(
      level, "handler_log", message,
      {{"function", function}, {"version", version}, {"request_id", request}, {"source", source}});
}

void log_text(Log& log, const std::string& function, const std::string& version,
              std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0)
      log.info("handler_log", text.substr(0, end),
               {{"function", function}, {"version", version}, {"source", "output"}});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// A megabyte a second.
class Budget {
 public:
  bool take(std::size_t bytes) {
    const Time now = Clock::now();
    if (now - began_ >= seconds(1)) {
      began_ = now;
      used_ = 0;
    }
    used_ += bytes;
    return used_ <= kMostInASecond;
  }

 private:
  Time began_ = Clock::now();
  std::size_t used_ = 0;
};

[[noreturn]] void read_packets(const std::string& function, const std::string& version) {
  Log log = Log::to_stderr(LogLevel::debug);
  std::vector<char> packet(kLargestPacket);
  Budget budget;
  std::int64_t dropped = 0;
  for (;;) {
    const ssize_t size = ::recv(STDIN_FILENO, packet.data(), packet.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) ::_exit(0);  // nobody is left who could write
    if (!budget.take(static_cast<std::size_t>(size))) {
      ++dropped;
      continue;
    }
    if (const std::int64_t lost = std::exchange(dropped, 0); lost > 0)
      log.warning("handler_log_dropped", "the handler prints more than a megabyte a second",
                  {{"function", function}, {"packets", lost}});
    log_packet(log, function, version, {packet.data(), static_cast<std::size_t>(size)});
  }
}

}  // namespace

void log_packet(Log& log, const std::string& function, const std::string& version,
                std::string_view packet) {
  if (!packet.starts_with(kMark)) return log_text(log, function, version, packet);
  const auto record = parse_json(packet.substr(1));
  if (record && record->is_object()) {
    log_record(log, function, version, *record);
  } else {
    log_text(log, function, version, packet.substr(1));
  }
}

Result<UniqueFd> start_function_log(const std::string& function, const std::string& version) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return system_error("make a socket for the function's log", errno);
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  (void)::fcntl(writing.get(), F_SETFL, O_NONBLOCK);
  const pid_t child = ::fork();
  if (child < 0) return system_error("start the reader of the function's log", errno);
  if (child > 0) return writing;
  (void)::prctl(PR_SET_NAME, "gp-log");
  (void)::prctl(PR_SET_PDEATHSIG, 0);
  if (::dup2(reading.get(), STDIN_FILENO) < 0) ::_exit(1);
  if (::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) ::_exit(1);
  (void)::close_range(3, ~0U, 0);
  read_packets(function, version);
}

}  // namespace glowplug::runtime
