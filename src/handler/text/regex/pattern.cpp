#include "handler/text/regex/pattern.h"

#include <fmt/format.h>

#include "handler/text/unicode/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace glowplug::handler::text {

/// Ends an object of PCRE2.
template <auto free>
struct PatternFree {
  template <class T>
  void operator()(T* pointer) const {
    free(pointer);
  }
};

namespace {

constexpr std::size_t kMaxPattern = 16384;
constexpr std::uint32_t kMaxSteps = 10'000'000, kMaxDepth = 100'000, kMaxHeapKib = 32 * 1024;

using MatchData = std::unique_ptr<pcre2_match_data, PatternFree<pcre2_match_data_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, PatternFree<pcre2_match_context_free>>;
using CompileContext =
    std::unique_ptr<pcre2_compile_context, PatternFree<pcre2_compile_context_free>>;

std::string message_of(int error) {
  PCRE2_UCHAR text[256];
  pcre2_get_error_message(error, text, sizeof(text));
  return reinterpret_cast<const char*>(text);
}

}  // namespace

struct Pattern::Code {
  std::unique_ptr<pcre2_code, PatternFree<pcre2_code_free>> compiled;
  std::unique_ptr<pcre2_match_context, PatternFree<pcre2_match_context_free>> limits;
};

Result<Pattern> Pattern::compile(std::string_view ruby) {
  if (ruby.size() > kMaxPattern) {
    return Error{
        glowplug::Code::too_large,
        fmt::format("a regular expression of {} bytes; at most {}", ruby.size(), kMaxPattern),
        {}};
  }
  GLOWPLUG_ASSIGN(const std::string pattern, pcre_of(ruby));
  const CompileContext context(pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  pcre2_set_parens_nest_limit(context.get(), 100);
  int error = 0;
  PCRE2_SIZE at = 0;
  auto code = std::make_shared<Code>();
  code->compiled.reset(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                    PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &error, &at,
                    context.get()));
  if (!code->compiled) {
    return invalid_argument(
        fmt::format("\"{}\" is no regular expression: {}", ruby, message_of(error)));
  }
  code->limits.reset(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(code->limits.get(), kMaxSteps);
  pcre2_set_depth_limit(code->limits.get(), kMaxDepth);
  pcre2_set_heap_limit(code->limits.get(), kMaxHeapKib);
  return Pattern(std::move(code));
}

Result<void> Pattern::find_all(std::string_view text, std::vector<Span>& spans) const {
  spans.clear();
  if (text.empty()) return {};
  const MatchData data(pcre2_match_data_create(1, nullptr));
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  std::size_t search = 0, covered = 0;
  bool matched = false;
  while (search <= text.size()) {
    const int found = pcre2_match(code_->compiled.get(), subject, text.size(), search,
                                  PCRE2_NO_UTF_CHECK, data.get(), code_->limits.get());
    if (found == PCRE2_ERROR_NOMATCH) break;
    if (found < 0) {
      return invalid_argument(fmt::format(
          "the tokenizer's regular expression fails on this text: {}", message_of(found)));
    }
    const PCRE2_SIZE* where = pcre2_get_ovector_pointer(data.get());
    const std::size_t begin = where[0], end = where[1];
    if (begin > end || begin < covered) break;  // \K, which no pattern of ours has
    if (begin == end && matched && end == covered) {
      // As Oniguruma's iterator: no empty match right behind a match.
      if (search >= text.size()) break;
      (void)next_point(text, search);
      continue;
    }
    if (covered != begin) spans.push_back({covered, begin, false});
    spans.push_back({begin, end, true});
    covered = search = end;
    matched = true;
  }
  if (covered != text.size()) spans.push_back({covered, text.size(), false});
  return {};
}

}  // namespace glowplug::handler::text
