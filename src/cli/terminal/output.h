#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cli/terminal/failure.h"
#include "cli/terminal/terminal.h"

namespace glowplug::cli {

/// What a verb found or did, in the three forms in which it can be asked for.
struct Report {
  Json json = Json::object();          ///< fields beside "schema" and "ok"; units in the names
  std::string text = {};               ///< for people, lines with their newlines
  std::string quiet = {};              ///< the one value for -q: a digest, an address, a path
  std::vector<std::string> next = {};  ///< commands that usually follow; shown on stderr
  /// A check said no: the result is shown all the same, and this after it; its exit code counts.
  std::optional<Failure> said_no = {};
  bool shown = false;     ///< the verb wrote its results itself
  int exit_code = kDone;  ///< where nothing said no
};

enum class OutputMode { text, json, quiet };

/// The two streams: results alone on stdout, everything else on stderr. From one thread.
class Output {
 public:
  Output(const Terminal& terminal, OutputMode mode) : terminal_(terminal), mode_(mode) {}
  [[nodiscard]] const Terminal& terminal() const { return terminal_; }
  [[nodiscard]] OutputMode mode() const { return mode_; }

  /// The result of the verb whose JSON schema is `schema` ("glowplug.export/1"); returns the exit
  /// code.
  int report(std::string_view schema, const Report& report) const;
  /// A failure: four parts on stderr, or one JSON object on stdout with what else `details` has.
  void failure(std::string_view schema, const Failure& failure,
               const Json& details = Json::object()) const;
  /// Raw text of a result. Ends the process quietly (141) when its reader left.
  void result(std::string_view text) const;
  /// A remark on stderr; nothing under --json or -q.
  void note(std::string_view text) const;
  void warning(std::string_view text) const;

 private:
  const Terminal& terminal_;
  OutputMode mode_;
};

/// The text of a failure as stderr shows it: "error: …   where", excerpt, "fix:", "read:".
[[nodiscard]] std::string describe(const Failure& failure, bool color);
/// Writes all of `text`; ends the process with kPipeClosed when nobody reads it any more.
void write_or_leave(int fd, std::string_view text);

}  // namespace glowplug::cli
