#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "handler/text/flat/reader.h"

namespace glowplug::handler::text {

using Ids = std::vector<std::uint32_t>;

/// The `model` of tokenizer.json: one piece of text to ids. Reads the flat file in place; any
/// number of threads, each with a workspace of its own.
class Model {
 public:
  /// What is kept from piece to piece to save allocations.
  struct Workspace {
    struct Symbol {
      std::uint32_t id;
      std::int32_t before, behind;  // places of its neighbors, -1: none
      std::uint32_t size;           // bytes; 0: merged away
    };
    struct Merge {
      std::uint32_t rank, at, merged;
    };
    struct Best {  // way to a place of Unigram
      double score;
      std::uint32_t id, from;
    };
    std::vector<Symbol> symbols;
    std::vector<Merge> queue;
    std::vector<Best> best;
    std::string text;
  };

  /// Errors: invalid_argument (broken file).
  [[nodiscard]] static Result<Model> open(const flat::File& file);

  /// Appends the ids of `piece`, which is not empty. Errors: invalid_argument (the vocabulary does
  /// not know a part of it and has no token for that).
  [[nodiscard]] Result<void> encode(std::string_view piece, Ids& ids, Workspace& workspace) const;

 private:
  [[nodiscard]] Result<void> word_piece(std::string_view piece, Ids& ids) const;
  [[nodiscard]] Result<void> word_level(std::string_view piece, Ids& ids) const;
  [[nodiscard]] Result<void> unigram(std::string_view piece, Ids& ids, Workspace& work) const;
  [[nodiscard]] Result<void> unigram_path(std::string_view piece, Workspace& work) const;
  [[nodiscard]] Result<void> append_unigram(std::string_view part, Ids& ids) const;
  [[nodiscard]] Result<void> bpe(std::string_view piece, Ids& ids, Workspace& work) const;
  [[nodiscard]] Result<void> bpe_symbols(std::string_view piece, Workspace& work) const;
  void bpe_merge(Workspace& work) const;
  [[nodiscard]] bool merge_of(std::uint32_t left, std::uint32_t right,
                              flat::MergeSlot& found) const;
  [[nodiscard]] Result<std::uint32_t> unknown() const;

  flat::ModelRecord record_{};
  std::string_view unknown_text_, prefix_, suffix_;
  flat::Trie vocabulary_;
  flat::Trie::State continued_;  // WordPiece: behind the prefix
  bool has_continued_ = false;
  flat::Records<flat::MergeSlot> merges_;
  flat::Records<double> scores_;
};

}  // namespace glowplug::handler::text
