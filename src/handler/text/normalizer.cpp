#include "handler/text/normalizer.h"

#include <array>

#include "handler/text/bert_normalizer.h"
#include "handler/text/charsmap.h"
#include "handler/text/origin.h"
#include "handler/text/split.h"
#include "handler/text/unicode/normalization_forms.h"
#include "handler/text/unicode/unicode.h"
#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {
namespace {

using NormalizerKind = flat::NormalizerStep::Kind;

void append_lower(std::string& to, char32_t point) {
  if (point == 0x130) return void(to += "i\xCC\x87");
  append_point(to, lower(point));
}

/// Calls `map(to, point)` for every code point that `keep` keeps.
template <class Keep, class Map>
void rewrite(std::string& text, std::size_t& origin, Keep keep, Map map) {
  std::string to;
  to.reserve(text.size());
  std::size_t new_origin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const bool of_origin = at < origin;
    const char32_t point = next_point(text, at);
    if (!keep(point)) continue;
    map(to, point);
    if (of_origin) new_origin = to.size();
  }
  text = std::move(to);
  origin = new_origin;
}

constexpr auto kKeepAll = [](char32_t) { return true; };

bool nmt_keeps(char32_t point) {
  const bool control = (point >= 0x01 && point <= 0x08) || point == 0x0B ||
                       (point >= 0x0E && point <= 0x1F) || point == 0x7F || point == 0x8F ||
                       point == 0x9F;
  return !control;
}
char32_t nmt_map(char32_t point) {
  switch (point) {
    case 0x09:
    case 0x0A:
    case 0x0C:
    case 0x0D:
    case 0x1680:
    case 0x200B:
    case 0x200C:
    case 0x200D:
    case 0x200E:
    case 0x200F:
    case 0x2028:
    case 0x2029:
    case 0x2581:
    case 0xFEFF:
    case 0xFFFD:
      return ' ';
    default:
      return point;
  }
}

void strip(std::string& text, bool left, bool right, std::size_t& origin) {
  std::size_t begin = 0, end = text.size();
  while (left && begin < end) {
    std::size_t next = begin;
    if (!has(next_point(text, next), white_space)) break;
    begin = next;
  }
  while (right && end > begin) {
    const std::size_t last = point_before(text, end);
    std::size_t at = last;
    if (!has(next_point(text, at), white_space)) break;
    end = last;
  }
  origin = origin_of_part(origin, begin, end);
  text = text.substr(begin, end - begin);
}

/// Everything that matches becomes `content`, which stands for the last byte that it replaces.
void replace(std::string& text, const std::vector<Span>& spans, std::string_view content,
             std::size_t& origin) {
  std::string to;
  to.reserve(text.size());
  std::size_t new_origin = 0;
  for (const Span& span : spans) {
    if (span.match) {
      to += content;
      if ((span.end == 0 ? 0 : span.end - 1) < origin) new_origin = to.size();
    } else {
      const std::size_t of_origin = origin_of_part(origin, span.begin, span.end);
      if (of_origin > 0) new_origin = to.size() + of_origin;
      to += std::string_view(text).substr(span.begin, span.end - span.begin);
    }
  }
  text = std::move(to);
  origin = new_origin;
}

}  // namespace

std::string byte_level(std::string_view text) {
  static constexpr auto kCharacters = [] {
    std::array<char32_t, 256> table{};
    char32_t next = 256;
    for (char32_t byte = 0; byte < 256; ++byte) {
      const bool visible =
          (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
      table[byte] = visible ? byte : next++;
    }
    return table;
  }();
  std::string to;
  to.reserve(text.size() * 2);
  for (const char byte : text) append_point(to, kCharacters[static_cast<unsigned char>(byte)]);
  return to;
}

Result<Normalizer> Normalizer::open(const flat::File& file) {
  Normalizer normalizer;
  const auto records = file.records<flat::NormalizerStep>(flat::Section::normalizers);
  for (std::size_t i = 0; i < records.size(); ++i) {
    Step step{records[i], {}, {}, {}};
    if (step.record.kind == NormalizerKind::precompiled) {
      GLOWPLUG_ASSIGN(const auto map, file.bytes(flat::Section::charsmaps, step.record.pattern));
      step.pattern = {reinterpret_cast<const char*>(map.data()), map.size()};
      if (!Charsmap(step.pattern).sound())
        return invalid_argument("broken tokenizer file: a charsmap");
    } else {
      GLOWPLUG_ASSIGN(step.pattern, file.string(step.record.pattern));
    }
    GLOWPLUG_ASSIGN(step.content, file.string(step.record.content));
    if (step.record.kind == NormalizerKind::replace_regex) {
      GLOWPLUG_ASSIGN(step.regex, Pattern::compile(step.pattern));
    }
    normalizer.steps_.push_back(std::move(step));
  }
  return normalizer;
}

Result<void> Normalizer::apply(const Step& step, std::string& text, std::size_t& origin) {
  const std::uint32_t flags = step.record.flags;
  std::vector<Span> spans;
  switch (step.record.kind) {
    case NormalizerKind::bert:
      bert_normalize(text, flags, origin);
      return {};
    case NormalizerKind::strip:
      strip(text, (flags & 1) != 0, (flags & 2) != 0, origin);
      return {};
    case NormalizerKind::strip_accents:
      rewrite(
          text, origin, [](char32_t point) { return !has(point, combining_mark); }, append_point);
      return {};
    case NormalizerKind::nfc:
      text = normalize(text, {false, true}, origin);
      return {};
    case NormalizerKind::nfd:
      text = normalize(text, {false, false}, origin);
      return {};
    case NormalizerKind::nfkc:
      text = normalize(text, {true, true}, origin);
      return {};
    case NormalizerKind::nfkd:
      text = normalize(text, {true, false}, origin);
      return {};
    case NormalizerKind::lowercase:
      rewrite(text, origin, kKeepAll, append_lower);
      return {};
    case NormalizerKind::nmt:
      rewrite(text, origin, nmt_keeps,
              [](std::string& to, char32_t point) { append_point(to, nmt_map(point)); });
      return {};
    case NormalizerKind::precompiled:
      text = Charsmap(step.pattern).apply(text, origin);
      return {};
    case NormalizerKind::replace_string:
      find_string(text, step.pattern, spans);
      replace(text, spans, step.content, origin);
      return {};
    case NormalizerKind::replace_regex:
      GLOWPLUG_TRY(step.regex->find_all(text, spans));
      replace(text, spans, step.content, origin);
      return {};
    case NormalizerKind::prepend:
      if (text.empty()) return {};
      text.insert(0, step.content);
      if (origin > 0) origin += step.content.size();
      return {};
    case NormalizerKind::byte_level:
      origin = byte_level(std::string_view(text).substr(0, origin)).size();
      text = byte_level(text);
      return {};
  }
  return invalid_argument("broken tokenizer file: a normalizer of no known kind");
}

Result<void> Normalizer::apply(std::string& text, std::size_t& origin) const {
  for (const Step& step : steps_) GLOWPLUG_TRY(apply(step, text, origin));
  return {};
}

}  // namespace glowplug::handler::text
