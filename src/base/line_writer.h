#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace glowplug {

/// Writes log lines to a descriptor that may be a pipe nobody reads, without ever waiting for it.
///
/// What the descriptor does not take is kept up to a limit and goes out before later lines; beyond
/// that whole lines are lost, and a line says how many once there is room again:
/// {"time":…,"level":"warning","event":"log_lines_lost","message":…,"lines":12}.
/// Asks poll(2) before each write of at most PIPE_BUF bytes, which a pipe that is writable takes
/// whole; the descriptor's flags, which other processes share, stay as they are.
/// Not for several threads at once.
class LineWriter {
 public:
  static constexpr std::size_t kMostKept = std::size_t{1} << 20;

  /// `fd` stays the caller's and outlives *this.
  explicit LineWriter(int fd, std::size_t most_kept = kMostKept) : fd_(fd), most_kept_(most_kept) {}

  /// Takes whole lines, each with its newline; without any only what was kept is tried again.
  void write(std::string_view lines);

  [[nodiscard]] std::uint64_t lost() const { return lost_; }  ///< lines not yet told of
  [[nodiscard]] std::size_t kept_bytes() const { return kept_.size(); }

 private:
  void keep(std::string_view lines);
  void tell_of_lost();
  /// How much of `bytes` the descriptor took. One that cannot be written at all takes everything.
  [[nodiscard]] std::size_t put(std::string_view bytes) const;

  int fd_;
  std::size_t most_kept_;
  std::string kept_;
  std::uint64_t lost_ = 0;
};

/// "2026-11-24T12:00:00.123Z"
[[nodiscard]] std::string log_timestamp();

}  // namespace glowplug
