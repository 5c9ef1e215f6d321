#include "handler/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "handler/csv.h"
#include "handler/media_type.h"
#include "handler/plain_output.h"
#include "handler/predictions.h"
#include "handler/spec.h"
#include "handler/table_rows.h"
#include "model/rows.h"

namespace glowplug::handler {
namespace {

constexpr int kMostDepth = 64;

/// The list of a body's records; null where it is something else.
const Json* records_in(const Json& body, const Signature& signature) {
  for (const char* const key : {"instances", "dataframe_records"}) {
    if (body.is_object() && body.contains(key) && !signature.input_named(key)) return &body[key];
  }
  return body.is_array() ? &body : nullptr;
}

const Json* split_in(const Json& body) {
  if (!body.is_object()) return nullptr;
  if (body.contains("dataframe_split")) return &body["dataframe_split"];
  return body.contains("columns") && body.contains("data") ? &body : nullptr;
}

bool is_pandas(const Json& body) {
  return body.is_object() &&
         (body.contains("dataframe_split") || body.contains("dataframe_records"));
}

/// RFC 4180's parameter: header=present or header=absent.
std::optional<bool> header_of(std::string_view content_type) {
  const auto given = media_parameter(content_type, "header");
  if (!given) return std::nullopt;
  return *given != "absent";
}

Result<void> check_charset(std::string_view content_type) {
  const auto charset = media_parameter(content_type, "charset");
  if (!charset) return {};
  for (const std::string_view fits : {"utf-8", "UTF-8", "utf8", "us-ascii", "ascii"})
    if (*charset == fits) return {};
  return invalid_argument(fmt::format("the charset is {}; expected utf-8", *charset));
}

/// Rows of all the answer's tensors one by one.
Result<std::vector<RowOutputs>> rows_of(const InferRequest& request,
                                        const InferResponse& response) {
  const std::int64_t rows = request.rows;
  std::vector<RowOutputs> all(static_cast<std::size_t>(rows));
  for (std::int64_t i = 0; i < rows; ++i) {
    auto& outputs = all[static_cast<std::size_t>(i)].runs.emplace_back();
    for (const Tensor& output : response.outputs) {
      GLOWPLUG_ASSIGN(Tensor part, take_rows(output, rows, i, 1));
      outputs.push_back(std::move(part));
    }
  }
  return all;
}

std::vector<const RowOutputs*> pointers_to(const std::vector<RowOutputs>& rows) {
  std::vector<const RowOutputs*> all;
  all.reserve(rows.size());
  for (const RowOutputs& row : rows) all.push_back(&row);
  return all;
}

}  // namespace

Result<Table> Table::create(const Json& handler, const Signature& signature) {
  Table table(signature);
  Json input;
  if (!handler.is_null()) {
    GLOWPLUG_TRY(check_spec(handler));
    input = handler.at("input");
    table.has_spec_ = true;
    GLOWPLUG_ASSIGN(auto output, make_output(handler.value("output", Json()), signature));
    table.output_ = std::move(output);
  }
  auto spec = table_spec(input, signature);
  if (spec)
    table.spec_ = *std::move(spec);
  else if (table.has_spec_)
    return std::move(spec).error();
  else
    table.no_columns_ = std::move(spec).error();
  return table;
}

Result<InferRequest> Table::read(std::string_view content_type, std::string_view body,
                                 const records::RecordLimits& limits) const {
  const bool is_csv = media_type(content_type) == "text/csv";
  if (!is_csv && !has_spec_ && body.find("\"dataframe_") == std::string_view::npos)
    return records::read_records(body, signature_, limits);
  if (no_columns_) {
    if (is_csv) return *no_columns_;
    return records::read_records(body, signature_, limits);
  }
  const TableRows rows(spec_, signature_);
  Json list;
  if (is_csv) {
    GLOWPLUG_TRY(check_charset(content_type));
    GLOWPLUG_ASSIGN(const CsvRows cells,
                    read_csv(body, spec_.separator, {.max_rows = limits.max_records}));
    GLOWPLUG_ASSIGN(list, rows.from_csv(cells, header_of(content_type)));
  } else {
    GLOWPLUG_ASSIGN(const Json json, parse_json(body, kMostDepth));
    if (!has_spec_ && !is_pandas(json)) return records::read_json_records(json, signature_, limits);
    const Json* const split = split_in(json);
    const Json* const found = records_in(json, signature_);
    const bool one_row = found == &json && spec_.is_wide && !json.empty() && !json[0].is_array() &&
                         !json[0].is_object();
    GLOWPLUG_ASSIGN(list, split != nullptr               ? rows.from_split(*split)
                          : found != nullptr && !one_row ? rows.from_records(*found)
                                                         : rows.from_records(Json::array({json})));
  }
  if (list.empty()) return invalid_argument("the body holds no records");
  return records::read_json_records(list, signature_, limits);
}

Result<EventAnswer> Table::write(const InferRequest& request, const InferResponse& response,
                                 bool csv) const {
  if (!output_ && !csv) {
    GLOWPLUG_ASSIGN(std::string body, records::write_predictions(request, response, signature_));
    return EventAnswer{200, "application/json", std::move(body)};
  }
  GLOWPLUG_ASSIGN(const std::vector<RowOutputs> rows, rows_of(request, response));
  const std::unique_ptr<Output> plain = output_ ? nullptr : make_plain_output(signature_);
  const Output& output = output_ ? *output_ : *plain;
  const std::vector<const RowOutputs*> all = pointers_to(rows);
  return answer_of(all, output, csv ? AnswerForm::csv : AnswerForm::json);
}

Result<std::vector<Tensor>> Table::tensors(const InferRequest& request,
                                           InferResponse response) const {
  if (!output_) return std::move(response.outputs);
  GLOWPLUG_ASSIGN(const std::vector<RowOutputs> rows, rows_of(request, response));
  return output_->tensors(pointers_to(rows));
}

}  // namespace glowplug::handler
