#include "handler/input.h"

#include <algorithm>

#include "handler/input_kinds.h"
#include "handler/media_input.h"
#include "handler/spec_reader.h"

namespace glowplug::handler {
namespace {

using Inputs = std::vector<std::optional<Tensor>>;

bool may_join(const Inputs& a, const Inputs& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    if (x.has_value() != y.has_value()) return false;
    if (!x) return true;
    return !x->shape.empty() && x->shape.size() == y->shape.size() &&
           std::equal(x->shape.begin() + 1, x->shape.end(), y->shape.begin() + 1);
  });
}

}  // namespace

std::optional<Inputs> Input::join(std::span<const Row* const> rows) const {
  const Inputs& first = rows.front()->runs.front();
  for (const Row* const row : rows.subspan(1))
    if (!may_join(first, row->runs.front())) return std::nullopt;
  Inputs joined = first;
  for (std::size_t i = 0; i < joined.size(); ++i) {
    if (!joined[i]) continue;
    for (const Row* const row : rows.subspan(1)) {
      const Tensor& more = *row->runs.front()[i];
      joined[i]->shape[0] += more.shape[0];
      joined[i]->bytes.insert(joined[i]->bytes.end(), more.bytes.begin(), more.bytes.end());
    }
  }
  return joined;
}

Result<std::unique_ptr<Input>> make_input(const Json& spec, const Signature& signature,
                                          Assets& assets, const MakeMediaInput& media) {
  const SpecReader reader(spec, "input");
  if (!spec.is_object()) return invalid_argument("input must be an object");
  GLOWPLUG_ASSIGN(const std::string type,
                  reader.choice("type", "", {"table", "image", "text", "audio", "bytes"}));
  if (type == "bytes") return make_bytes_input(reader, signature);
  if (type == "table")
    return invalid_argument("input.type is table, which is read where it arrives");
  if (media) return media(spec, signature, assets);
  return Error{Code::unimplemented,
               "input.type is " + type + ", for which this program was given no codecs",
               {}};
}

}  // namespace glowplug::handler
