#include <fmt/format.h>

#include "handler/text/compile/parts.h"

namespace glowplug::handler::text::compile {
namespace {

using Piece = flat::TemplatePiece;
using PieceKind = flat::TemplatePiece::Kind;
using Template = std::vector<Piece>;

struct Templates {
  Template single, pair;
};

Templates plain() {
  return {{{PieceKind::first, 0, 0}}, {{PieceKind::first, 0, 0}, {PieceKind::second, 0, 1}}};
}

/// `["[CLS]", 101]`.
Result<std::uint32_t> token_at(const Json& json, const char* key) {
  const Json& value = member(json, key);
  if (!value.is_array() || value.size() != 2 || !value[1].is_number_unsigned()) {
    return invalid_argument(fmt::format("\"{}\" has to be a list of a text and an id", key));
  }
  return value[1].get<std::uint32_t>();
}

Result<Templates> bert(const Json& json, bool roberta) {
  GLOWPLUG_ASSIGN(const std::uint32_t cls, token_at(json, "cls"));
  GLOWPLUG_ASSIGN(const std::uint32_t sep, token_at(json, "sep"));
  const std::uint32_t second = roberta ? 0 : 1;
  Templates templates;
  templates.single = {
      {PieceKind::special, cls, 0}, {PieceKind::first, 0, 0}, {PieceKind::special, sep, 0}};
  templates.pair = templates.single;
  if (roberta) templates.pair.push_back({PieceKind::special, sep, 0});
  templates.pair.push_back({PieceKind::second, 0, second});
  templates.pair.push_back({PieceKind::special, sep, second});
  return templates;
}

Result<void> add_special(const Json& piece, const Json& tokens, Template& to) {
  GLOWPLUG_ASSIGN(const std::string name, text_at(piece, "id"));
  GLOWPLUG_ASSIGN(const std::uint32_t type_id, number_at(piece, "type_id", 0));
  const Json& ids = member(member(tokens, name.c_str()), "ids");
  if (!ids.is_array()) {
    return invalid_argument(
        fmt::format("the template's token \"{}\" is not in its special_tokens", name));
  }
  for (const Json& id : ids) {
    if (!id.is_number_unsigned()) return invalid_argument("\"ids\" has to be a list of numbers");
    to.push_back({PieceKind::special, id.get<std::uint32_t>(), type_id});
  }
  return {};
}

Result<Template> read_template(const Json& json, const Json& tokens, bool pair) {
  Template pieces;
  for (const Json& piece : json) {
    if (const Json& special = member(piece, "SpecialToken"); !special.is_null()) {
      GLOWPLUG_TRY(add_special(special, tokens, pieces));
      continue;
    }
    const Json& sequence = member(piece, "Sequence");
    GLOWPLUG_ASSIGN(const std::string id, text_at(sequence, "id"));
    GLOWPLUG_ASSIGN(const std::uint32_t type_id, number_at(sequence, "type_id", 0));
    if (id != "A" && !(id == "B" && pair)) {
      return invalid_argument(fmt::format("a template cannot use the sequence \"{}\" here", id));
    }
    pieces.push_back({id == "A" ? PieceKind::first : PieceKind::second, 0, type_id});
  }
  return pieces;
}

Result<Templates> template_processing(const Json& json) {
  const Json& tokens = member(json, "special_tokens");
  Templates templates;
  GLOWPLUG_ASSIGN(templates.single, read_template(member(json, "single"), tokens, false));
  GLOWPLUG_ASSIGN(templates.pair, read_template(member(json, "pair"), tokens, true));
  return templates;
}

Result<Templates> templates_of(const Json& json, std::string_view type) {
  if (type == "TemplateProcessing") return template_processing(json);
  if (type == "BertProcessing") return bert(json, false);
  if (type == "RobertaProcessing") return bert(json, true);
  return unsupported("post-processor", type,
                     "TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel, Sequence");
}

}  // namespace

Result<void> post_processor(const Json& json, flat::Writer& to) {
  Templates templates = plain();
  bool shaped = false;
  for (const Json* step : steps(json, "processors")) {
    GLOWPLUG_ASSIGN(const std::string type, text_at(*step, "type"));
    if (type == "ByteLevel") continue;  // moves offsets only
    if (shaped) {
      return Error{
          Code::unimplemented, "a second post-processor that adds tokens is not supported", {}};
    }
    GLOWPLUG_ASSIGN(templates, templates_of(*step, type));
    shaped = true;
  }
  to.set<Piece>(flat::Section::single, templates.single);
  to.set<Piece>(flat::Section::pair, templates.pair);
  return {};
}

}  // namespace glowplug::handler::text::compile
