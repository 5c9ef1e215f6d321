#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "handler/text/pieces.h"

namespace glowplug::handler::text {

/// A regular expression in Oniguruma's Ruby syntax, as tokenizer.json has them, run by PCRE2's
/// interpreter (no memory that is both written and run). Immutable; any number of threads.
class Pattern {
 public:
  /// Errors: unimplemented (something that the two engines do not have alike, by name);
  /// invalid_argument (no regular expression).
  [[nodiscard]] static Result<Pattern> compile(std::string_view ruby);

  /// Replaces `spans` by what covers `text`: matches and what lies between them, none of the latter
  /// empty. `text` is well-formed UTF-8. Errors: invalid_argument (the search would take too long).
  [[nodiscard]] Result<void> find_all(std::string_view text, std::vector<Span>& spans) const;

 private:
  struct Code;
  explicit Pattern(std::shared_ptr<const Code> code) : code_(std::move(code)) {}
  std::shared_ptr<const Code> code_;
};

/// The same expression for PCRE2 with UTF, UCP and MULTILINE. Errors: unimplemented, by name.
[[nodiscard]] Result<std::string> pcre_of(std::string_view ruby);

}  // namespace glowplug::handler::text
