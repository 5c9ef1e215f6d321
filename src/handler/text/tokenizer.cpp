#include "handler/text/tokenizer.h"

#include <fmt/format.h>

#include "base/utf8.h"
#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {
namespace {

using PieceKind = flat::TemplatePiece::Kind;
constexpr std::size_t kMostPieces = 1024;                       // of a template
constexpr std::uint32_t kMostPadding = std::uint32_t{1} << 20;  // tokens

std::size_t count_special(const flat::Records<flat::TemplatePiece>& pieces) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    count += pieces[i].kind == PieceKind::special ? 1 : 0;
  return count;
}

/// Tokens that the template and `truncation` leave to the texts.
Result<std::size_t> room(const Truncation& truncation, std::size_t special) {
  if (truncation.max_length >= special) return truncation.max_length - special;
  return invalid_argument(fmt::format("max_length {} has no room for {} special tokens",
                                      truncation.max_length, special));
}

Result<void> check_size(std::string_view text, std::size_t most) {
  if (text.size() <= most) return {};
  return Error{
      Code::too_large, fmt::format("a text of {} bytes; at most {}", text.size(), most), {}};
}

}  // namespace

Tokenizer::Tokenizer(flat::File file, AddedTokens added, Normalizer normalizer,
                     PreTokenizer pre_tokenizer, Model model)
    : file_(file),
      added_(added),
      normalizer_(std::move(normalizer)),
      pre_tokenizer_(std::move(pre_tokenizer)),
      model_(model),
      single_(file.records<flat::TemplatePiece>(flat::Section::single)),
      pair_(file.records<flat::TemplatePiece>(flat::Section::pair)) {}

Result<Tokenizer> Tokenizer::open(std::span<const std::byte> flat) {
  GLOWPLUG_ASSIGN(const flat::File file, flat::File::open(flat));
  GLOWPLUG_ASSIGN(Normalizer normalizer, Normalizer::open(file));
  GLOWPLUG_ASSIGN(PreTokenizer pre_tokenizer, PreTokenizer::open(file));
  GLOWPLUG_ASSIGN(const Model model, Model::open(file));
  Tokenizer tokenizer(file, AddedTokens::open(file), std::move(normalizer),
                      std::move(pre_tokenizer), model);
  if (tokenizer.single_.size() > kMostPieces || tokenizer.pair_.size() > kMostPieces) {
    return invalid_argument("broken tokenizer file: an endless template");
  }
  const flat::PaddingRecord& padding = file.header().padding;
  const bool is_fixed = padding.present != 0 && padding.fixed != flat::kNone;
  if (padding.multiple_of > kMostPadding || (is_fixed && padding.fixed > kMostPadding))
    return invalid_argument(fmt::format("padding to more than {} tokens", kMostPadding));
  return tokenizer;
}

EncodeOptions Tokenizer::defaults() const {
  EncodeOptions options;
  const flat::TruncationRecord& truncation = file_.header().truncation;
  if (truncation.present != 0) {
    options.truncation = Truncation{truncation.max_length, truncation.strategy, truncation.side};
  }
  if (file_.header().padding.present != 0) options.padding = padding();
  return options;
}

Padding Tokenizer::padding() const {
  const flat::PaddingRecord& record = file_.header().padding;
  Padding padding{std::nullopt, record.multiple_of, record.side, record.id, record.type_id};
  if (record.fixed != flat::kNone) padding.fixed = record.fixed;
  return padding;
}

std::optional<std::uint32_t> Tokenizer::model_max_length() const {
  const std::uint32_t length = file_.header().model_max_length;
  return length == flat::kNone ? std::nullopt : std::optional(length);
}

Result<void> Tokenizer::append_ids(std::string_view text, Ids& ids, Model::Workspace& work) const {
  std::string repaired;
  if (!is_utf8(text)) {
    repaired = repair_utf8(text);
    text = repaired;
  }
  GLOWPLUG_ASSIGN(Pieces pieces, added_.split(text, normalizer_));
  GLOWPLUG_TRY(pre_tokenizer_.apply(pieces));
  for (const Piece& piece : pieces.list) {
    if (piece.id != flat::kNone) {
      ids.push_back(piece.id);
    } else if (piece.begin != piece.end) {
      GLOWPLUG_TRY(model_.encode(pieces.of(piece), ids, work));
    }
  }
  return {};
}

Encoding Tokenizer::assemble(const Ids& first, const Ids& second,
                             const flat::Records<flat::TemplatePiece>& pieces, bool special) const {
  Encoding encoding;
  const std::size_t size = first.size() + second.size() + pieces.size();
  encoding.ids.reserve(size);
  encoding.type_ids.reserve(size);
  encoding.special_tokens_mask.reserve(size);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const flat::TemplatePiece piece = pieces[i];
    const bool is_special = piece.kind == PieceKind::special;
    if (is_special && !special) continue;
    if (is_special) {
      encoding.ids.push_back(piece.id);
    } else {
      const Ids& ids = piece.kind == PieceKind::first ? first : second;
      encoding.ids.insert(encoding.ids.end(), ids.begin(), ids.end());
    }
    encoding.type_ids.resize(encoding.ids.size(), piece.type_id);
    encoding.special_tokens_mask.resize(encoding.ids.size(), is_special ? 1 : 0);
  }
  encoding.attention_mask.assign(encoding.ids.size(), 1);
  return encoding;
}

Result<Encoding> Tokenizer::encode_one(const TextPair& texts, const EncodeOptions& options,
                                       Model::Workspace& work) const {
  Ids first, second;
  GLOWPLUG_TRY(check_size(texts.first, options.max_text_bytes));
  GLOWPLUG_TRY(append_ids(texts.first, first, work));
  if (texts.second) {
    GLOWPLUG_TRY(check_size(*texts.second, options.max_text_bytes));
    GLOWPLUG_TRY(append_ids(*texts.second, second, work));
  }
  const auto& pieces = texts.second ? pair_ : single_;
  if (options.truncation) {
    const std::size_t special = options.add_special_tokens ? count_special(pieces) : 0;
    GLOWPLUG_ASSIGN(const std::size_t left, room(*options.truncation, special));
    GLOWPLUG_TRY(truncate(first, texts.second ? &second : nullptr, left, *options.truncation));
  }
  return assemble(first, second, pieces, options.add_special_tokens);
}

Result<Encoding> Tokenizer::encode(std::string_view text, std::optional<std::string_view> second,
                                   const EncodeOptions& options) const {
  Model::Workspace work;
  GLOWPLUG_ASSIGN(Encoding encoding, encode_one({text, second}, options, work));
  if (!options.padding) return encoding;
  std::vector<Encoding> alone;
  alone.push_back(std::move(encoding));
  pad(alone, *options.padding);
  return std::move(alone.front());
}

Result<std::vector<Encoding>> Tokenizer::encode_batch(std::span<const TextPair> texts,
                                                      const EncodeOptions& options) const {
  Model::Workspace work;
  std::vector<Encoding> encodings;
  encodings.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto encoding = encode_one(texts[i], options, work);
    if (!encoding) return std::move(encoding).error().in(fmt::format("text {}", i));
    encodings.push_back(*std::move(encoding));
  }
  if (options.padding) pad(encodings, *options.padding);
  return encodings;
}

}  // namespace glowplug::handler::text
