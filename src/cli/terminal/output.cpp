#include "cli/terminal/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace glowplug::cli {
namespace {

std::string json_line(std::string_view schema, bool ok, Json fields) {
  fields["schema"] = schema;
  fields["ok"] = ok;
  return fields.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

void write_or_leave(int fd, std::string_view raw) {
  const std::string shown = harmless(raw);
  std::string_view text = shown;
  while (!text.empty()) {
    const ssize_t wrote = ::write(fd, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0 && errno == EPIPE) ::_exit(kPipeClosed);
    if (wrote < 0) {
      if (fd != STDERR_FILENO)
        write_or_leave(STDERR_FILENO, fmt::format("error: the output cannot be written: {}\n",
                                                  std::strerror(errno)));
      ::_exit(kFailed);
    }
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

std::string describe(const Failure& failure, bool color) {
  std::string text =
      fmt::format("{} {}", paint(Style::bad, "error:", color), failure.error.message);
  if (!failure.where.empty()) text += "   " + paint(Style::bold, failure.where, color);
  text += '\n';
  text += failure.excerpt;
  if (!failure.page.empty()) text += fmt::format("read:  {}\n", failure.page);
  if (!failure.error.fix.empty())
    text += fmt::format("{}   {}\n", paint(Style::good, "fix:", color), failure.error.fix);
  for (const std::string& command : failure.next) text += fmt::format("try:   {}\n", command);
  return text;
}

int Output::report(std::string_view schema, const Report& report) const {
  const int exit_code = report.said_no ? report.said_no->exit_code : report.exit_code;
  if (report.shown) return exit_code;
  switch (mode_) {
    case OutputMode::json:
      if (report.said_no) {
        failure(schema, *report.said_no, report.json);
      } else {
        result(json_line(schema, true, report.json));
      }
      return exit_code;
    case OutputMode::quiet:
      if (!report.quiet.empty()) result(report.quiet + "\n");
      break;
    case OutputMode::text:
      result(report.text);
      for (std::size_t i = 0; i < report.next.size(); ++i)
        note(fmt::format("{} {}", i == 0 ? "Next:" : "     ", report.next[i]));
      break;
  }
  if (report.said_no) failure(schema, *report.said_no);
  return exit_code;
}

void Output::failure(std::string_view schema, const Failure& failure, const Json& details) const {
  if (mode_ == OutputMode::json) {
    Json fields = details;
    fields["error"] = to_json(failure);
    return result(json_line(schema, false, std::move(fields)));
  }
  write_or_leave(STDERR_FILENO, describe(failure, terminal_.color_err));
}

void Output::result(std::string_view text) const { write_or_leave(STDOUT_FILENO, text); }

void Output::note(std::string_view text) const {
  if (mode_ != OutputMode::text) return;
  write_or_leave(STDERR_FILENO, fmt::format("{}\n", text));
}

void Output::warning(std::string_view text) const {
  write_or_leave(
      STDERR_FILENO,
      fmt::format("{} {}\n", paint(Style::warning, "warning:", terminal_.color_err), text));
}

}  // namespace glowplug::cli
