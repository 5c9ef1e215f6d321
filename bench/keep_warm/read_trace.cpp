#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>

#include "draw.h"

namespace glowplug::bench {
namespace {

std::vector<std::string> fields_of(std::string line) {
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::vector<std::string> fields;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    fields.push_back(line.substr(begin, end - begin));
    if (end == line.size()) return fields;
    begin = end + 1;
  }
}

class Reader {
 public:
  explicit Reader(std::uint64_t seed) : draw_(seed) {}

  Result<void> heading(const std::string& line) {
    const auto names = fields_of(line);
    for (std::size_t i = 0; i < names.size(); ++i) columns_[names[i]] = i;
    const bool ours = columns_.contains("time_s") && columns_.contains("function");
    azure_ = columns_.contains("func") && columns_.contains("end_timestamp") &&
             columns_.contains("duration");
    if (ours || azure_) return {};
    return invalid_argument(
        "line 1: a heading with time_s,function or that of Azure 2021 "
        "(app,func,end_timestamp,duration) was expected");
  }

  Result<void> row(const std::string& line, std::size_t number) {
    fields_ = fields_of(line);
    number_ = number;
    if (fields_.size() < columns_.size())
      return invalid_argument(fmt::format("line {}: {} fields, {} were expected", number,
                                          fields_.size(), columns_.size()));
    return azure_ ? azure_row() : own_row();
  }

  [[nodiscard]] Trace finish() {
    auto& all = trace_.invocations;
    std::stable_sort(all.begin(), all.end(),
                     [](const Invocation& a, const Invocation& b) { return a.at < b.at; });
    const Duration first = all.empty() ? Duration(0) : all.front().at;
    for (Invocation& one : all) one.at -= first;
    trace_.length = all.empty() ? Duration(0) : all.back().at;
    return std::move(trace_);
  }

 private:
  struct Known {
    std::uint32_t index = 0;
    double run_ms = 0;
  };

  Result<void> own_row() {
    GLOWPLUG_ASSIGN(const auto at, number("time_s"));
    if (!at) return invalid_argument(fmt::format("line {}: time_s is empty", number_));
    GLOWPLUG_ASSIGN(const auto run, number("run_ms"));
    GLOWPLUG_ASSIGN(const auto memory, number("memory_mb"));
    GLOWPLUG_ASSIGN(const auto start, number("start_ms"));
    const Known& function = known(fields_[columns_.at("function")], memory, start);
    add(*at, function, run.value_or(function.run_ms));
    return {};
  }

  Result<void> azure_row() {
    GLOWPLUG_ASSIGN(const auto end, number("end_timestamp"));
    GLOWPLUG_ASSIGN(const auto duration, number("duration"));
    const Known& function = known(fields_[columns_.at("func")], {}, {});
    add(end.value_or(0) - duration.value_or(0), function, 1000 * duration.value_or(0));
    return {};
  }

  /// Nullopt where there is no such column or nothing in it.
  Result<std::optional<double>> number(const std::string& column) {
    const auto found = columns_.find(column);
    if (found == columns_.end() || fields_[found->second].empty()) return std::optional<double>();
    const std::string& text = fields_[found->second];
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (*end != '\0' || !std::isfinite(value) || value < 0)
      return invalid_argument(
          fmt::format("line {}: {} \"{}\" is not a number from 0", number_, column, text));
    return std::optional(value);
  }

  const Known& known(const std::string& name, std::optional<double> memory,
                     std::optional<double> start) {
    const auto found = known_.find(name);
    if (found != known_.end()) return found->second;
    const double drawn = draw_.memory_mb();
    const double mb = memory.value_or(drawn);
    const double start_ms = start.value_or(draw_.start_ms(mb));
    const auto index = static_cast<std::uint32_t>(trace_.functions.size());
    trace_.functions.push_back({name, from_mb(mb), from_seconds(start_ms / 1000)});
    return known_.emplace(name, Known{index, draw_.run_ms(mb)}).first->second;
  }

  void add(double at, const Known& function, double run_ms) {
    trace_.invocations.push_back({from_seconds(at), function.index, from_seconds(run_ms / 1000)});
  }

  Draw draw_;
  Trace trace_;
  std::map<std::string, std::size_t> columns_;
  std::map<std::string, Known> known_;
  std::vector<std::string> fields_;
  std::size_t number_ = 0;
  bool azure_ = false;
};

}  // namespace

Result<Trace> read_trace(const std::filesystem::path& file, std::uint64_t seed) {
  std::ifstream input(file);
  if (!input) return Error{Code::not_found, fmt::format("{} cannot be read", file.string()), {}};
  Reader reader(seed);
  std::string line;
  for (std::size_t number = 1; std::getline(input, line); ++number) {
    if (number == 1) {
      GLOWPLUG_TRY(reader.heading(line));
    } else if (!line.empty()) {
      GLOWPLUG_TRY(reader.row(line, number));
    }
  }
  return reader.finish();
}

}  // namespace glowplug::bench
