#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "cli/declaration/declaration.h"
#include "cli/terminal/failure.h"
#include "cli/terminal/terminal.h"
#include "model/function_settings.h"

namespace glowplug::cli {

/// Who gave a value. Ordered: a later one beats an earlier one.
enum class Origin { fallback, file, environment, flag };

struct Given {
  std::string text;
  Origin origin = Origin::fallback;
  std::string where;  ///< "--memory", "GLOWPLUG_MEMORY", "glowplug.yaml:9:13" or "default"
};

/// What one run was asked for: a verb with checked values. Values are texts that their flag's check
/// took, so the typed getters cannot fail.
class Invocation {
 public:
  Invocation(const Program& program, const Verb* verb) : program_(&program), verb_(verb) {}

  /// Null: no verb was named. Lives in the Program.
  [[nodiscard]] const Verb* verb() const { return verb_; }

  /// Whether the switch `name` was given.
  [[nodiscard]] bool has(std::string_view name) const;
  /// The value by flag or environment; nullopt: neither. Defaults are not looked at.
  [[nodiscard]] std::optional<Given> given(std::string_view name) const;
  /// The value by flag, environment or default.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::uint64_t count(std::string_view name) const;
  [[nodiscard]] std::uint64_t size(std::string_view name) const;
  [[nodiscard]] Duration duration(std::string_view name) const;
  /// Values of the argument `name` as the usage line has it; empty: not given.
  [[nodiscard]] std::vector<std::string> arguments(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> argument(std::string_view name) const;
  /// The function settings given by flag or environment, by key.
  [[nodiscard]] GivenSettings function_settings() const;

  void set(std::string name, Given value) { values_[std::move(name)] = std::move(value); }
  void set_arguments(std::string name, std::vector<std::string> values) {
    arguments_[std::move(name)] = std::move(values);
  }

 private:
  const Program* program_;
  const Verb* verb_;
  std::map<std::string, Given, std::less<>> values_;
  std::map<std::string, std::vector<std::string>, std::less<>> arguments_;
};

/// Reads the words after the program's name. The Invocation points into `program`.
/// Failures (exit code 64): unknown verb or flag with "did you mean", a value that its kind refuses
/// (also from the environment), a missing or surplus argument. With --help nothing is required.
[[nodiscard]] Attempt<Invocation> parse_command_line(const Program& program,
                                                     std::span<const std::string> words,
                                                     const Lookup& environment);

}  // namespace glowplug::cli
