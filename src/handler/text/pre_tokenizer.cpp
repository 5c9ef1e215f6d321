#include "handler/text/pre_tokenizer.h"

#include "handler/text/normalizer.h"
#include "handler/text/origin.h"
#include "handler/text/split.h"
#include "handler/text/unicode/unicode.h"

namespace glowplug::handler::text {
namespace {

using StepKind = flat::PreTokenizerStep::Kind;

/// Replaces each piece that is text by the spans that `find(text, spans)` leaves of it.
template <class Find>
Result<void> split(Pieces& pieces, Find find) {
  std::vector<Piece> list;
  list.reserve(pieces.list.size() * 2);
  std::vector<Span> spans;
  for (const Piece& piece : pieces.list) {
    if (piece.id != flat::kNone) {
      list.push_back(piece);
      continue;
    }
    GLOWPLUG_TRY(find(pieces.of(piece), spans));
    for (const Span& span : spans) {
      if (span.begin == span.end) continue;
      list.push_back({piece.begin + span.begin, piece.begin + span.end, flat::kNone,
                      origin_of_part(piece.origin, span.begin, span.end)});
    }
  }
  pieces.list = std::move(list);
  return {};
}

template <class Wanted>
Result<void> split_points(Pieces& pieces, flat::Behavior behavior, Wanted wanted) {
  return split(pieces, [&](std::string_view text, std::vector<Span>& spans) {
    find_points(text, spans, wanted);
    join(spans, behavior);
    return Result<void>();
  });
}

/// Replaces the text of each piece by what `rewrite(to, text, origin)` appends; `origin`
/// is to be kept.
template <class Rewrite>
void rewrite_pieces(Pieces& pieces, Rewrite rewrite) {
  std::string text;
  text.reserve(pieces.text.size() * 2);
  for (Piece& piece : pieces.list) {
    const std::string_view old = pieces.of(piece);
    piece.begin = text.size();
    if (piece.id == flat::kNone) rewrite(text, old, piece.origin);
    piece.end = text.size();
  }
  pieces.text = std::move(text);
}

Result<void> bert(Pieces& pieces) {
  return split(pieces, [](std::string_view text, std::vector<Span>& spans) {
    spans.clear();
    std::size_t open = 0;  // beginning of the word at hand
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = at;
      const std::uint32_t bits = properties(next_point(text, at));
      if ((bits & (white_space | punctuation)) == 0) continue;
      if (open < begin) spans.push_back({open, begin, false});
      if ((bits & white_space) == 0) spans.push_back({begin, at, true});
      open = at;
    }
    if (open < text.size()) spans.push_back({open, text.size(), false});
    return Result<void>();
  });
}

Result<void> byte_level_split(Pieces& pieces, std::uint32_t flags) {
  if ((flags & flat::add_prefix_space) != 0) {
    rewrite_pieces(pieces, [](std::string& to, std::string_view text, std::size_t& origin) {
      if (!text.starts_with(' ')) {
        to += ' ';
        if (origin > 0) ++origin;
      }
      to += text;
    });
  }
  if ((flags & flat::use_regex) != 0) {
    GLOWPLUG_TRY(split(pieces, [](std::string_view text, std::vector<Span>& spans) {
      find_gpt2(text, spans);
      return Result<void>();
    }));
  }
  rewrite_pieces(pieces, [](std::string& to, std::string_view text, std::size_t& origin) {
    const std::size_t begin = to.size();
    to += byte_level(text.substr(0, origin));
    const std::size_t of_origin = to.size() - begin;
    to += byte_level(text.substr(origin));
    origin = of_origin;
  });
  return {};
}

void append_marked(std::string& to, std::string_view text, std::string_view mark) {
  for (const char byte : text) {
    if (byte == ' ') {
      to += mark;
    } else {
      to += byte;
    }
  }
}

Result<void> metaspace(Pieces& pieces, std::string_view mark, std::uint32_t flags) {
  rewrite_pieces(pieces, [&](std::string& to, std::string_view text, std::size_t& origin) {
    const bool marked = text.starts_with(' ') || text.starts_with(mark);
    const bool wanted =
        (flags & flat::prepend_always) != 0 || ((flags & flat::prepend_first) != 0 && origin > 0);
    const std::size_t begin = to.size();
    if (wanted && !marked) to += mark;
    append_marked(to, text.substr(0, origin), mark);
    const std::size_t of_origin = origin > 0 ? to.size() - begin : 0;
    append_marked(to, text.substr(origin), mark);
    origin = of_origin;
  });
  if ((flags & flat::metaspace_split) == 0) return {};
  return split(pieces, [&](std::string_view text, std::vector<Span>& spans) {
    find_string(text, mark, spans);
    join(spans, flat::Behavior::merged_with_next);
    return Result<void>();
  });
}

Result<void> fixed_length(Pieces& pieces, std::size_t length) {
  return split(pieces, [&](std::string_view text, std::vector<Span>& spans) {
    spans.clear();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = at;
      for (std::size_t i = 0; i < length && at < text.size(); ++i) (void)next_point(text, at);
      spans.push_back({begin, at, false});
    }
    return Result<void>();
  });
}

}  // namespace

Result<PreTokenizer> PreTokenizer::open(const flat::File& file) {
  PreTokenizer pre_tokenizer;
  const auto records = file.records<flat::PreTokenizerStep>(flat::Section::pre_tokenizers);
  for (std::size_t i = 0; i < records.size(); ++i) {
    Step step{records[i], {}, {}};
    GLOWPLUG_ASSIGN(step.pattern, file.string(step.record.pattern));
    if (step.record.kind == StepKind::split_regex) {
      GLOWPLUG_ASSIGN(step.regex, Pattern::compile(step.pattern));
    }
    if (step.record.kind == StepKind::fixed_length && step.record.flags == 0) {
      return invalid_argument("broken tokenizer file: pieces of no length");
    }
    if (step.record.behavior > flat::Behavior::contiguous) {
      return invalid_argument("broken tokenizer file: a split of no known behavior");
    }
    pre_tokenizer.steps_.push_back(std::move(step));
  }
  return pre_tokenizer;
}

Result<void> PreTokenizer::apply(const Step& step, Pieces& pieces) {
  const flat::Behavior behavior = step.record.behavior;
  const std::uint32_t flags = step.record.flags;
  const auto has_any = [](std::uint32_t wanted) {
    return [wanted](char32_t point) { return (properties(point) & wanted) != 0; };
  };
  switch (step.record.kind) {
    case StepKind::bert:
      return bert(pieces);
    case StepKind::byte_level:
      return byte_level_split(pieces, flags);
    case StepKind::delimiter:
      return split(pieces, [&](std::string_view text, std::vector<Span>& spans) {
        find_string(text, step.pattern, spans);
        join(spans, flat::Behavior::removed);
        return Result<void>();
      });
    case StepKind::metaspace:
      return metaspace(pieces, step.pattern, flags);
    case StepKind::whitespace:
      return split(pieces, [](std::string_view text, std::vector<Span>& spans) {
        find_words(text, spans);
        std::erase_if(spans, [](const Span& span) { return !span.match; });
        return Result<void>();
      });
    case StepKind::whitespace_split:
      return split_points(pieces, flat::Behavior::removed, has_any(white_space));
    case StepKind::split_string:
    case StepKind::split_regex:
      return split(pieces, [&](std::string_view text, std::vector<Span>& spans) -> Result<void> {
        if (step.regex) {
          GLOWPLUG_TRY(step.regex->find_all(text, spans));
        } else {
          find_string(text, step.pattern, spans);
        }
        for (Span& span : spans) span.match = span.match != ((flags & 1) != 0);
        join(spans, behavior);
        return {};
      });
    case StepKind::punctuation:
      return split_points(pieces, behavior, has_any(punctuation));
    case StepKind::digits:
      return split_points(pieces,
                          (flags & 1) != 0 ? flat::Behavior::isolated : flat::Behavior::contiguous,
                          has_any(numeric));
    case StepKind::scripts:
      return split(pieces, [](std::string_view text, std::vector<Span>& spans) {
        find_scripts(text, spans);
        return Result<void>();
      });
    case StepKind::fixed_length:
      return fixed_length(pieces, flags);
  }
  return invalid_argument("broken tokenizer file: a pre-tokenizer of no known kind");
}

Result<void> PreTokenizer::apply(Pieces& pieces) const {
  for (const Step& step : steps_) GLOWPLUG_TRY(apply(step, pieces));
  return {};
}

}  // namespace glowplug::handler::text
