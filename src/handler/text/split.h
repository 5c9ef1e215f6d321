#pragma once
#include <string_view>
#include <vector>

#include "handler/text/pieces.h"
#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {

/// Replaces `spans` by what covers `text`: each code point that `wanted` wants by itself, and what
/// lies between them.
template <class Wanted>
void find_points(std::string_view text, std::vector<Span>& spans, Wanted wanted) {
  spans.clear();
  std::size_t covered = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (!wanted(next_point(text, at))) continue;
    if (covered < begin) spans.push_back({covered, begin, false});
    spans.push_back({begin, at, true});
    covered = at;
  }
  if (covered < text.size()) spans.push_back({covered, text.size(), false});
}

/// The same for a text instead of code points. An empty `wanted` matches nowhere.
void find_string(std::string_view text, std::string_view wanted, std::vector<Span>& spans);

/// Makes of spans those that stay: matches joined or dropped as `behavior` says. `match` says
/// nothing afterwards.
void join(std::vector<Span>& spans, flat::Behavior behavior);

/// GPT-2's expression, 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+,
/// which matches everywhere.
void find_gpt2(std::string_view text, std::vector<Span>& spans);
/// What matches \w+|[^\w\s]+, as `match`, and the rest.
void find_words(std::string_view text, std::vector<Span>& spans);
/// Runs of one script; what comes before the first character that has one is left out, as in the
/// library.
void find_scripts(std::string_view text, std::vector<Span>& spans);

}  // namespace glowplug::handler::text
