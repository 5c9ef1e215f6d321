#include "handler/records/record_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace glowplug::handler::records {
namespace {

using Records = std::vector<const Json*>;

/// How many lists lie inside each other, looking at their first elements.
std::size_t depth_of(const Json& value) {
  std::size_t depth = 0;
  const Json* inside = &value;
  while (inside->is_array()) {
    ++depth;
    if (inside->empty()) break;
    inside = &inside->front();
  }
  return depth;
}

Records each_of(const Json& list) {
  Records records;
  records.reserve(list.size());
  for (const Json& record : list) records.push_back(&record);
  return records;
}

/// A plain list for the only input: one record or several, by its depth.
Result<Records> plain_records(const Json& list, const TensorSpec& spec, bool rows) {
  const std::size_t depth = depth_of(list);
  if (!rows) return Records{&list};
  const std::size_t record_depth = spec.shape.size() - 1;
  const bool bare_values = spec.shape.size() == 2 && spec.shape[1] == 1;
  if (depth == record_depth + 1 || (bare_values && depth == 1)) return each_of(list);
  if (depth == record_depth) return Records{&list};
  return invalid_argument(
      fmt::format("the body is a list of depth {}; a record of \"{}\" {}{} has depth {}, a "
                  "list of records {}",
                  depth, spec.name, name_of(spec.datatype), to_string(spec.shape), record_depth,
                  record_depth + 1));
}

Result<Records> listed_records(const Json& list, const Signature& signature, bool rows) {
  const bool objects = !list.empty() && list.front().is_object();
  if (objects) return each_of(list);
  if (list.empty()) return invalid_argument("the body holds no records");
  if (signature.inputs.size() != 1)
    return invalid_argument(
        fmt::format("a record must be an object; the model takes {}", signature.describe()));
  return plain_records(list, signature.inputs[0], rows);
}

/// What {"instances": …} wraps; null where it is a field of a record.
const Json* instances_of(const Json& body, const Signature& signature) {
  if (!body.is_object() || signature.input_named("instances")) return nullptr;
  const auto found = body.find("instances");
  return found == body.end() ? nullptr : &*found;
}

Result<Records> find_records(const Json& body, const Signature& signature, bool rows) {
  if (const Json* instances = instances_of(body, signature)) {
    if (body.size() > 1) return invalid_argument("\"instances\" must be the only key of the body");
    if (!instances->is_array()) return invalid_argument("\"instances\" must be a list of records");
    if (!instances->empty() && !instances->front().is_object() && signature.inputs.size() == 1)
      return each_of(*instances);
    return listed_records(*instances, signature, rows);
  }
  if (body.is_array()) return listed_records(body, signature, rows);
  if (body.is_object() || signature.inputs.size() == 1) return Records{&body};
  return invalid_argument(
      fmt::format("a record must be an object; the model takes {}", signature.describe()));
}

}  // namespace

bool has_rows(const Signature& signature) {
  return std::all_of(signature.inputs.begin(), signature.inputs.end(), [](const TensorSpec& spec) {
    return !spec.shape.empty() && spec.shape[0] == -1;
  });
}

Result<Records> records_of(const Json& body, const Signature& signature) {
  const bool rows = has_rows(signature);
  GLOWPLUG_ASSIGN(Records records, find_records(body, signature, rows));
  if (!rows && records.size() > 1)
    return invalid_argument(fmt::format("{} records, but the model takes one at a time: {}",
                                        records.size(), signature.describe()));
  return records;
}

}  // namespace glowplug::handler::records
