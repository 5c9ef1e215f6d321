// Tables as CSV and as pandas writes them: whatever is accepted makes sound tensors. The first byte
// chooses separator, header and content type.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/json.h"
#include "handler/csv.h"
#include "handler/table.h"

namespace {

using glowplug::Datatype;
using glowplug::Json;
using glowplug::Signature;
using glowplug::handler::Table;

constexpr glowplug::handler::CsvLimits kLimits{.max_rows = 50, .max_columns = 20};

Signature columns() {
  Signature signature;
  signature.inputs = {{"plan", Datatype::bytes, {-1, 1}, false, {}},
                      {"months", Datatype::int8, {-1, 1}, false, {}},
                      {"price", Datatype::fp32, {-1}, false, {}},
                      {"active", Datatype::bool_, {-1}, false, {}}};
  signature.outputs = {{"y", Datatype::int64, {-1}, false, {}}};
  return signature;
}

Signature wide() {
  Signature signature;
  signature.inputs = {{"x", Datatype::fp32, {-1, 3}, false, {}}};
  signature.outputs = {{"y", Datatype::int64, {-1}, false, {}}};
  return signature;
}

Json spec() {
  return Json::parse(
      R"({"input": {"type": "table", "separator": ";", "unknown": "ignore", "columns": [
    {"name": "plan", "categories": ["a", "b"], "default": "a"},
    {"name": "months", "type": "integer", "minimum": 0, "maximum": 100},
    {"name": "price", "missing": "nan"}, {"name": "active", "default": true}]}})");
}

struct Case {
  Signature signature;
  Table table;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> made;
    for (const auto& [handler, signature] :
         {std::pair(Json(), columns()), std::pair(Json(), wide()), std::pair(spec(), columns())})
      made.push_back({signature, *Table::create(handler, signature)});
    return made;
  }();
  return all;
}

void read_cells(std::string_view text, char separator) {
  const auto rows = glowplug::handler::read_csv(text, separator, kLimits);
  if (!rows) {
    GLOWPLUG_CHECK(!rows.error().message.empty());
    return;
  }
  GLOWPLUG_CHECK(rows->size() <= kLimits.max_rows + 1);
  for (const auto& row : *rows)
    GLOWPLUG_CHECK(row.size() == rows->front().size() && row.size() <= kLimits.max_columns);
}

void read_table(const Case& one, std::string_view content_type, std::string_view body) {
  const auto request = one.table.read(content_type, body, {.max_records = kLimits.max_rows});
  if (!request) {
    GLOWPLUG_CHECK(!request.error().message.empty());
    return;
  }
  for (std::size_t i = 0; i < request->inputs.size(); ++i) {
    const glowplug::InferInput& input = request->inputs[i];
    if (!input.present) continue;
    const glowplug::TensorView tensor{one.signature.inputs[i].datatype, input.shape, input.bytes};
    GLOWPLUG_CHECK(glowplug::check_tensor(tensor).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  if (size == 0) return 0;
  constexpr std::array<std::string_view, 4> kTypes = {
      "text/csv", "text/csv; header=present", "text/csv; header=absent", "application/json"};
  constexpr std::string_view kSeparators = ",;\t|";
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  read_cells(body, kSeparators[data[0] / kTypes.size() % kSeparators.size()]);
  for (const Case& one : cases()) read_table(one, kTypes[data[0] % kTypes.size()], body);
  return 0;
}
