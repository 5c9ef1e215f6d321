#include "handler/text/split.h"

#include <algorithm>

#include "handler/text/unicode/unicode.h"

namespace glowplug::handler::text {
namespace {

/// A match joins what is before it, unless that is a match too. Reversed spans: what is behind.
template <class Widen>
void merge_matches(std::vector<Span>& spans, Widen widen) {
  std::vector<Span> kept;
  bool previous = false;
  for (const Span& span : spans) {
    if (span.match && !previous && !kept.empty()) {
      widen(kept.back(), span);
    } else {
      kept.push_back(span);
    }
    previous = span.match;
  }
  spans = std::move(kept);
}

void merge_equal(std::vector<Span>& spans) {
  std::vector<Span> kept;
  bool previous = false;
  for (const Span& span : spans) {
    if (span.match == previous && !kept.empty()) {
      kept.back().end = span.end;
    } else {
      kept.push_back(span);
    }
    previous = span.match;
  }
  spans = std::move(kept);
}

/// End of the run of code points from `at` that have any of `wanted`, or none of `unwanted`.
template <class Wanted>
std::size_t run(std::string_view text, std::size_t at, Wanted wanted) {
  while (at < text.size()) {
    std::size_t next = at;
    if (!wanted(properties(next_point(text, next)))) break;
    at = next;
  }
  return at;
}

std::size_t contraction(std::string_view text) {
  for (const std::string_view ending : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}) {
    if (text.starts_with(ending)) return ending.size();
  }
  return 0;
}

constexpr std::uint32_t kNotOther = letter | number | space;

/// End of " ?" and then letters, numbers or others; `at` where none follow.
std::size_t after_space(std::string_view text, std::size_t at) {
  const std::size_t begin = at + (text[at] == ' ' ? 1 : 0);
  if (begin == text.size()) return at;
  std::size_t next = begin;
  const std::uint32_t first = properties(next_point(text, next));
  if ((first & space) != 0) return at;
  const std::uint32_t kind = first & (letter | number);
  if (kind != 0) return run(text, next, [&](std::uint32_t bits) { return (bits & kind) != 0; });
  return run(text, next, [](std::uint32_t bits) { return (bits & kNotOther) == 0; });
}

std::size_t spaces(std::string_view text, std::size_t at) {
  const std::size_t end = run(text, at, [](std::uint32_t bits) { return (bits & space) != 0; });
  if (end == text.size()) return end;
  const std::size_t last = point_before(text, end);
  return last > at ? last : end;
}

}  // namespace

void find_string(std::string_view text, std::string_view wanted, std::vector<Span>& spans) {
  spans.clear();
  std::size_t covered = 0;
  while (!wanted.empty()) {
    const std::size_t at = text.find(wanted, covered);
    if (at == std::string_view::npos) break;
    if (at != covered) spans.push_back({covered, at, false});
    covered = at + wanted.size();
    spans.push_back({at, covered, true});
  }
  if (covered != text.size()) spans.push_back({covered, text.size(), false});
}

void join(std::vector<Span>& spans, flat::Behavior behavior) {
  switch (behavior) {
    case flat::Behavior::removed:
      std::erase_if(spans, [](const Span& span) { return span.match; });
      return;
    case flat::Behavior::isolated:
      return;
    case flat::Behavior::contiguous:
      return merge_equal(spans);
    case flat::Behavior::merged_with_previous:
      return merge_matches(spans, [](Span& kept, const Span& span) { kept.end = span.end; });
    case flat::Behavior::merged_with_next:
      std::reverse(spans.begin(), spans.end());
      merge_matches(spans, [](Span& kept, const Span& span) { kept.begin = span.begin; });
      std::reverse(spans.begin(), spans.end());
      return;
  }
}

void find_gpt2(std::string_view text, std::vector<Span>& spans) {
  spans.clear();
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + contraction(text.substr(at));
    if (end == at) end = after_space(text, at);
    if (end == at) end = spaces(text, at);
    spans.push_back({at, end, true});
    at = end;
  }
}

void find_words(std::string_view text, std::vector<Span>& spans) {
  spans.clear();
  for (std::size_t at = 0; at < text.size();) {
    std::size_t next = at;
    const std::uint32_t kind = properties(next_point(text, next)) & (word | white_space);
    const std::size_t end =
        run(text, next, [&](std::uint32_t bits) { return (bits & (word | white_space)) == kind; });
    spans.push_back({at, end, kind != white_space});
    at = end;
  }
}

void find_scripts(std::string_view text, std::vector<Span>& spans) {
  spans.clear();
  std::uint32_t last = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const std::uint32_t now = script(next_point(text, at));
    if (now != 0 && now != last) {
      if (!spans.empty()) spans.back().end = begin;
      spans.push_back({begin, text.size(), true});
      last = now;
    }
  }
}

}  // namespace glowplug::handler::text
