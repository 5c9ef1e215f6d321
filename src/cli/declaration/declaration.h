#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glowplug::cli {

/// What a value is: chooses its check, its placeholder in help and how it completes.
enum class ValueKind {
  none,  ///< a switch without a value
  text,
  count,     ///< a whole number
  duration,  ///< "5s"; a unit is required
  size,      ///< "256MiB"; a unit is required
  port,      ///< 0 to 65535
  choice,    ///< one of Flag::choices
  file,      ///< an existing file completes
  folder,
  model,      ///< a model file
  bundle,     ///< a bundle's folder
  reference,  ///< a bundle's folder or a function of the store, FUNCTION[@VERSION]
  function,   ///< a function of the store
  version,    ///< a version of the function named before it
  verb,
  setting,  ///< a key of `glowplug config`
};

/// One flag. Help, man pages, docs/cli/ and completion are written from it.
struct Flag {
  std::string name = {};  ///< long, without dashes: "idle-timeout"
  char letter = 0;        ///< short, 0: none
  ValueKind kind = ValueKind::none;
  std::string placeholder = {};  ///< "DURATION"; empty for switches
  std::string fallback = {};     ///< the default as text; empty: none
  std::string variable = {};     ///< environment variable that gives it; empty: none
  std::string help = {};         ///< one line without a full stop
  std::vector<std::string> choices = {};
  std::vector<std::string> also = {};  ///< other names that are taken, not shown in help
  bool common = true;                  ///< shown by --help; the others by --help-all
  bool function_setting = false;       ///< a row of model/function_settings.h
  /// Beyond what `kind` checks. Errors: invalid_argument.
  std::function<Result<void>(std::string_view text)> check = {};
};

struct Argument {
  std::string name = {};  ///< as in the usage line: "MODEL.onnx"
  ValueKind kind = ValueKind::text;
  std::string help = {};
  std::vector<std::string> choices = {};
  bool required = true;
  bool repeated = false;  ///< the last argument only
};

struct Example {
  std::string command;
  std::string meaning;
};

/// A verb keeps its name and meaning for ever.
struct Verb {
  std::string name = {};
  std::string summary = {};      ///< one line, in lists
  std::string description = {};  ///< a paragraph
  std::vector<Argument> arguments = {};
  std::vector<Flag> flags = {};
  std::vector<Example> examples = {};
  std::vector<int> exit_codes = {};  ///< beside those that every verb has (0, 1, 64, 130)
  bool hidden = false;               ///< for programs; not in help

  [[nodiscard]] std::string schema() const { return "glowplug." + name + "/1"; }
  [[nodiscard]] std::string page() const { return "docs/cli/" + name + ".md"; }
};

/// Verbs of one step, in the order in which they are used.
struct Group {
  std::string title;
  std::vector<Verb> verbs;
};

struct ExitCodeRow {
  int code;
  std::string meaning;
};

/// The whole command line: the one declaration.
struct Program {
  std::string summary;
  std::vector<Group> groups;
  std::vector<Flag> global_flags;  ///< taken by every verb
  std::vector<ExitCodeRow> exit_codes;

  [[nodiscard]] const Verb* verb_named(std::string_view name) const;
  /// In order of the groups, without the hidden ones.
  [[nodiscard]] std::vector<const Verb*> visible_verbs() const;
};

/// The flag of `verb` or the program with this long name (or a name in `also`); null: none.
[[nodiscard]] const Flag* flag_named(const Program& program, const Verb& verb,
                                     std::string_view name);

/// `glowplug` as it is: src/cli/declaration/glowplug.cpp.
[[nodiscard]] Program declare_glowplug();

}  // namespace glowplug::cli
