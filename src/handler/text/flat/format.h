#pragma once
#include <bit>
#include <cstdint>

/// The flat file of a tokenizer: made once at export, mapped and used in place. Little-endian, each
/// section at a multiple of 8, nothing points outside the file. Layout:
///
///   Header | sections, in any order
///
/// Every record is a plain struct of 32-bit numbers that is copied out before use, so the file may
/// lie at any address. A reader checks sections once and every index when it follows it.
namespace glowplug::handler::text::flat {

static_assert(std::endian::native == std::endian::little, "flat files are used in place");

inline constexpr std::uint32_t kMagic = 0x4B545047;  ///< "GPTK"
inline constexpr std::uint32_t kVersion = 1;         ///< a reader takes no other
inline constexpr std::uint32_t kNone = 0xFFFFFFFF;

enum class Section : std::uint32_t {
  strings,         ///< bytes that StringRef points into
  normalizers,     ///< NormalizerStep, in order of use
  pre_tokenizers,  ///< PreTokenizerStep, in order of use
  single,
  pair,             ///< TemplatePiece of the post-processor
  added_tokens,     ///< AddedToken
  raw_trie,         ///< TrieUnit: added tokens that are looked for before normalization
  normalized_trie,  ///< TrieUnit: those looked for after it
  vocabulary,       ///< TrieUnit: piece -> id
  merges,           ///< MergeSlot: hash table of the merges of BPE, its size a power of two
  scores,           ///< double for each id of Unigram
  charsmaps,        ///< SentencePiece charsmaps
};
inline constexpr std::uint32_t kSections = 12;

struct Extent {
  std::uint32_t offset, size;  ///< bytes, from the beginning of the file or the section
};
using StringRef = Extent;  ///< into Section::strings

enum class Model : std::uint32_t { word_piece, bpe, unigram, word_level };
enum ModelFlag : std::uint32_t {
  byte_fallback = 1,
  fuse_unknown = 2,
  ignore_merges = 4,
  drops_unknown = 8  ///< BPE without unk_token: what is not known leaves no trace
};

struct ModelRecord {
  Model kind;
  std::uint32_t flags;
  std::uint32_t unknown_id;       ///< kNone: none is given
  StringRef unknown;              ///< its text, for errors
  StringRef prefix, suffix;       ///< continuing_subword_prefix, end_of_word_suffix
  std::uint32_t max_input_chars;  ///< of a word, WordPiece
  std::uint32_t max_probe;        ///< slots of `merges` that a look-up may have to visit
  std::uint32_t byte_ids[256];    ///< of "<0x00>" ..., kNone where there is none
  double unknown_score;           ///< Unigram
};

enum class Side : std::uint32_t { right, left };
enum class Strategy : std::uint32_t { longest_first, only_first, only_second };

struct TruncationRecord {
  std::uint32_t present, max_length;
  Strategy strategy;
  Side side;
};
struct PaddingRecord {
  std::uint32_t present;
  std::uint32_t fixed;  ///< kNone: the longest of the batch
  Side side;
  std::uint32_t multiple_of;  ///< 0: any
  std::uint32_t id, type_id;  ///< also meaningful without `present`
};

struct TemplatePiece {
  enum class Kind : std::uint32_t { first, second, special } kind;
  std::uint32_t id;       ///< of the special token
  std::uint32_t type_id;  ///< of all its tokens
};

struct Header {
  std::uint32_t magic, version;
  std::uint64_t size;  ///< of the whole file
  Extent sections[kSections];
  ModelRecord model;
  TruncationRecord truncation;
  PaddingRecord padding;
  std::uint32_t model_max_length;  ///< of tokenizer_config.json, kNone: no limit
  std::uint32_t vocabulary_size;   ///< ids are below it
};
static_assert(sizeof(Header) % 8 == 0);

struct NormalizerStep {
  enum class Kind : std::uint32_t {
    bert,
    strip,
    strip_accents,
    nfc,
    nfd,
    nfkc,
    nfkd,
    lowercase,
    nmt,
    precompiled,
    replace_string,
    replace_regex,
    prepend,
    byte_level
  } kind;
  std::uint32_t flags;  ///< bert: BertFlag; strip: 1 left, 2 right
  StringRef pattern;    ///< replace; precompiled: into Section::charsmaps
  StringRef content;    ///< replace, prepend
};
enum BertFlag : std::uint32_t { clean_text = 1, chinese = 2, accents = 4, bert_lowercase = 8 };

enum class Behavior : std::uint32_t {
  removed,
  isolated,
  merged_with_previous,
  merged_with_next,
  contiguous
};
struct PreTokenizerStep {
  enum class Kind : std::uint32_t {
    bert,
    byte_level,
    delimiter,
    metaspace,
    whitespace,
    whitespace_split,
    split_string,
    split_regex,
    punctuation,
    digits,
    scripts,
    fixed_length
  } kind;
  /// byte_level: ByteLevelFlag; metaspace: MetaspaceFlag; split: 1 inverts; digits: 1 for each
  /// alone; fixed_length: the length
  std::uint32_t flags;
  Behavior behavior;  ///< split, punctuation
  StringRef pattern;  ///< split; delimiter and metaspace: the character
};
enum ByteLevelFlag : std::uint32_t { add_prefix_space = 1, use_regex = 2 };
enum MetaspaceFlag : std::uint32_t { prepend_always = 1, prepend_first = 2, metaspace_split = 4 };

enum AddedFlag : std::uint32_t { single_word = 1, strips_left = 2, strips_right = 4 };
struct AddedToken {
  std::uint32_t id, flags;
};

/// One state of a double array. State 0 is the root; the child of state s for byte c is the unit
/// t = base(s) ^ c if base(s) is not 0, and the label of t is c and it is in use.
struct TrieUnit {
  std::uint32_t base_and_label;  ///< base << 8 | label
  std::uint32_t value;           ///< 0: not in use, 1: no value, else the value plus 2
};

struct MergeSlot {
  std::uint32_t left, right;  ///< ids; left kNone: empty
  std::uint32_t rank, merged;
};
/// First slot of a pair, before `& (slots - 1)`.
[[nodiscard]] constexpr std::uint32_t merge_hash(std::uint32_t left, std::uint32_t right) {
  const std::uint64_t key = (std::uint64_t{left} << 32 | right) * 0x9E3779B97F4A7C15U;
  return static_cast<std::uint32_t>(key >> 32);
}

}  // namespace glowplug::handler::text::flat
