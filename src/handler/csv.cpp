#include "handler/csv.h"

#include <csv.h>
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/utf8.h"

namespace glowplug::handler {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Takes what libcsv finds.
class Collector {
 public:
  explicit Collector(const CsvLimits& limits) : limits_(limits) {}

  void cell(const void* text, std::size_t size) {
    if (failed_) return;
    if (row_.size() == limits_.max_columns) {
      failed_ = Error{
          Code::too_large,
          fmt::format("row {} has more than {} columns", rows_.size() + 1, limits_.max_columns),
          {}};
      return;
    }
    if (text == nullptr)
      row_.emplace_back();
    else
      row_.emplace_back(std::string(static_cast<const char*>(text), size));
  }

  void end_of_row() {
    if (failed_) return;
    if (rows_.size() > limits_.max_rows) {  // one may be the header
      failed_ = Error{Code::too_large,
                      fmt::format("the table has more than the limit of {} rows", limits_.max_rows),
                      {}};
    } else if (!rows_.empty() && row_.size() != rows_.front().size()) {
      failed_ = invalid_argument(fmt::format("row {} has {} columns, row 1 has {}",
                                             rows_.size() + 1, row_.size(), rows_.front().size()));
    }
    rows_.push_back(std::exchange(row_, {}));
  }

  [[nodiscard]] bool has_failed() const { return failed_.has_value(); }
  [[nodiscard]] std::size_t row_number() const { return rows_.size() + 1; }
  [[nodiscard]] Result<CsvRows> take() {
    if (failed_) return *std::move(failed_);
    return std::move(rows_);
  }

 private:
  const CsvLimits& limits_;
  CsvRows rows_;
  std::vector<CsvCell> row_;
  std::optional<Error> failed_;
};

extern "C" {
void on_csv_cell(void* text, std::size_t size, void* collector) {
  static_cast<Collector*>(collector)->cell(text, size);
}
void on_csv_row(int /*end*/, void* collector) { static_cast<Collector*>(collector)->end_of_row(); }
}

struct FreeParser {
  void operator()(csv_parser* parser) const {
    csv_free(parser);
    delete parser;  // NOLINT(cppcoreguidelines-owning-memory)
  }
};

Error broken(int code, std::size_t row) {
  return invalid_argument(fmt::format("row {} of the table is not CSV: {}", row,
                                      code == CSV_EPARSE
                                          ? "a quote stands where none may be, or is not closed"
                                          : csv_strerror(code)));
}

}  // namespace

Result<CsvRows> read_csv(std::string_view text, char separator, const CsvLimits& limits) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!is_utf8(text)) return invalid_argument("the table is not UTF-8; save it with that encoding");
  constexpr unsigned char kOptions = CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL;
  std::unique_ptr<csv_parser, FreeParser> parser(new csv_parser{});
  if (csv_init(parser.get(), kOptions) != 0)
    return Error{Code::internal, "the CSV parser did not start", {}};
  csv_set_delim(parser.get(), static_cast<unsigned char>(separator));
  Collector collector(limits);
  constexpr std::size_t kPiece = 4096;  // to stop soon behind a failure
  while (!text.empty() && !collector.has_failed()) {
    const std::string_view piece = text.substr(0, kPiece);
    if (csv_parse(parser.get(), piece.data(), piece.size(), on_csv_cell, on_csv_row, &collector) !=
        piece.size())
      return broken(csv_error(parser.get()), collector.row_number());
    text.remove_prefix(piece.size());
  }
  if (!collector.has_failed() && csv_fini(parser.get(), on_csv_cell, on_csv_row, &collector) != 0)
    return broken(csv_error(parser.get()), collector.row_number());
  return collector.take();
}

}  // namespace glowplug::handler
