#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "handler/text/flat/writer.h"

/// The sections of tokenizer.json, each into the flat file. Errors: invalid_argument (what a value
/// is and what it had to be); unimplemented (a kind that is not supported, by name).
namespace glowplug::handler::text::compile {

/// Ids by text; for Unigram, the last of equal ones.
using Vocabulary = std::map<std::string, std::uint32_t, std::less<>>;

/// Kind and options of each step; a Sequence in a Sequence becomes one list. null gives none.
[[nodiscard]] Result<void> normalizer(const Json& json, flat::Writer& to);
[[nodiscard]] Result<void> pre_tokenizer(const Json& json, flat::Writer& to);
[[nodiscard]] Result<void> post_processor(const Json& json, flat::Writer& to);
/// Gives the model's vocabulary.
[[nodiscard]] Result<Vocabulary> model(const Json& json, flat::Writer& to);
/// After `normalizer` and `model`, which it uses.
/// Adds them to `ids`, which are those of the model.
[[nodiscard]] Result<void> added_tokens(const Json& json, Vocabulary& ids, flat::Writer& to);
[[nodiscard]] Result<void> truncation(const Json& json, flat::Writer& to);
[[nodiscard]] Result<void> padding(const Json& json, flat::Writer& to);

/// tokenizer_config.json: model_max_length, and what the other file leaves open of padding and
/// truncation. After all of the above; null will do.
[[nodiscard]] Result<void> config(const Json& json, const Vocabulary& ids, flat::Writer& to);

/// Of tokenizer_config.json; nullopt: none, or so large that it means none.
[[nodiscard]] Result<std::optional<std::uint32_t>> model_max_length(const Json& json);

// One value of an object. An absent or null key gives the default, where one is given.
[[nodiscard]] Result<std::string> text_at(const Json& json, const char* key);
[[nodiscard]] Result<std::string> text_at(const Json& json, const char* key,
                                          std::string_view otherwise);
[[nodiscard]] Result<bool> flag_at(const Json& json, const char* key, bool otherwise);
[[nodiscard]] Result<std::uint32_t> number_at(const Json& json, const char* key);
[[nodiscard]] Result<std::uint32_t> number_at(const Json& json, const char* key,
                                              std::uint32_t otherwise);
/// The member, or null.
[[nodiscard]] const Json& member(const Json& json, const char* key);
/// The steps of one part: a Sequence's members under `key`, those of nested ones in place.
[[nodiscard]] std::vector<const Json*> steps(const Json& json, const char* key);
[[nodiscard]] Error unsupported(std::string_view what, std::string_view kind,
                                std::string_view known);

}  // namespace glowplug::handler::text::compile
