#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "handler/text/flat/reader.h"
#include "handler/text/pieces.h"
#include "handler/text/regex/pattern.h"

namespace glowplug::handler::text {

/// The `pre_tokenizer` of tokenizer.json. Strings point into the flat file. Any number of threads.
class PreTokenizer {
 public:
  /// Errors: as Pattern::compile, and invalid_argument for a broken file.
  [[nodiscard]] static Result<PreTokenizer> open(const flat::File& file);

  /// Splits what is still text, and leaves no empty piece. Errors: as Pattern::find_all.
  [[nodiscard]] Result<void> apply(Pieces& pieces) const;

 private:
  struct Step {
    flat::PreTokenizerStep record;
    std::string_view pattern;
    std::optional<Pattern> regex;
  };
  [[nodiscard]] static Result<void> apply(const Step& step, Pieces& pieces);
  std::vector<Step> steps_;
};

}  // namespace glowplug::handler::text
