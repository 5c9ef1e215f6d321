#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "handler/text/flat/reader.h"
#include "handler/text/regex/pattern.h"

namespace glowplug::handler::text {

/// The `normalizer` of tokenizer.json. Strings point into the flat file. Any number of threads.
class Normalizer {
 public:
  /// Errors: as Pattern::compile, and invalid_argument for a broken file.
  [[nodiscard]] static Result<Normalizer> open(const flat::File& file);

  /// Changes `text`, which is well-formed UTF-8. `origin`: see origin.h. Errors: as
  /// Pattern::find_all.
  [[nodiscard]] Result<void> apply(std::string& text, std::size_t& origin) const;

 private:
  struct Step {
    flat::NormalizerStep record;
    std::string_view pattern, content;
    std::optional<Pattern> regex;
  };
  [[nodiscard]] static Result<void> apply(const Step& step, std::string& text, std::size_t& origin);
  std::vector<Step> steps_;
};

/// Each byte as the visible character that GPT-2 has for it.
[[nodiscard]] std::string byte_level(std::string_view text);

}  // namespace glowplug::handler::text
