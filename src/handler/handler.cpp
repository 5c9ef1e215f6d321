#include "handler/handler.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/run_all.h"
#include "handler/answer.h"
#include "handler/plain_output.h"
#include "handler/predictions.h"
#include "handler/spec.h"
#include "model/rows.h"

namespace glowplug::handler {
namespace {

using Inputs = std::vector<std::optional<Tensor>>;

/// One item of an event on its way.
struct Asked {
  std::size_t event = 0;
  Row row;
  RowOutputs outputs;
};

/// Runs the model for rows, as many together as may be.
class Runs {
 public:
  Runs(const Signature& signature, const Input& input, engine::Session& model, Trace* trace)
      : signature_(signature), input_(input), model_(model), trace_(trace) {}

  Result<void> run(std::vector<Asked>& all) {
    const auto most = static_cast<std::size_t>(std::max<std::int64_t>(signature_.max_batch, 1));
    std::size_t at = 0;
    while (at < all.size()) {
      if (!is_single(all[at])) {
        GLOWPLUG_TRY(run_sequence(all[at++]));
        continue;
      }
      std::size_t count = 1;
      while (count < most && at + count < all.size() && is_single(all[at + count])) ++count;
      GLOWPLUG_TRY(run_together(std::span(all).subspan(at, count)));
      at += count;
    }
    return {};
  }

 private:
  static bool is_single(const Asked& asked) { return asked.row.runs.size() == 1; }

  Result<std::vector<Tensor>> run_once(const Inputs& inputs) {
    const Time begun = Clock::now();
    auto outputs = engine::run_all(model_, inputs);
    if (outputs) GLOWPLUG_TRY(input_.after_run(inputs, *outputs));
    if (outputs && trace_ != nullptr) trace_->add(stage(*outputs, Clock::now() - begun));
    return outputs;
  }

  [[nodiscard]] Stage stage(const std::vector<Tensor>& outputs, Duration took) const {
    Stage stage{"run", took, {}, {}};
    for (std::size_t i = 0; i < outputs.size(); ++i)
      stage.shape += fmt::format("{}{} {}{}", i == 0 ? "" : ", ", signature_.outputs[i].name,
                                 name_of(outputs[i].datatype), to_string(outputs[i].shape));
    stage.preview = preview_of(outputs.front());
    return stage;
  }

  Result<void> run_together(std::span<Asked> some) {
    std::vector<const Row*> rows;
    for (const Asked& asked : some) rows.push_back(&asked.row);
    if (some.size() == 1) return run_alone(some[0]);
    const auto joined = input_.join(rows);
    if (!joined) {
      for (Asked& asked : some) GLOWPLUG_TRY(run_alone(asked));
      return {};
    }
    GLOWPLUG_ASSIGN(const std::vector<Tensor> outputs, run_once(*joined));
    const auto count = static_cast<std::int64_t>(some.size());
    for (std::int64_t i = 0; i < count; ++i) {
      Asked& asked = some[static_cast<std::size_t>(i)];
      asked.outputs.runs.emplace_back();
      for (const Tensor& output : outputs) {
        GLOWPLUG_ASSIGN(Tensor part, take_rows(output, count, i, 1));
        asked.outputs.runs.back().push_back(std::move(part));
      }
    }
    return {};
  }

  Result<void> run_alone(Asked& asked) {
    const Row* const row = &asked.row;
    const auto joined = input_.join({&row, 1});  // may have to complete it
    GLOWPLUG_ASSIGN(auto outputs, run_once(joined ? *joined : asked.row.runs.front()));
    asked.outputs.runs.push_back(std::move(outputs));
    return {};
  }

  /// Each run is given what the one before left.
  Result<void> run_sequence(Asked& asked) {
    for (std::size_t i = 0; i < asked.row.runs.size(); ++i) {
      Inputs& inputs = asked.row.runs[i];
      if (i > 0) {
        for (const auto& [output, input] : input_.carried())
          inputs[input] = asked.outputs.runs.back()[output];
      }
      GLOWPLUG_ASSIGN(auto outputs, run_once(inputs));
      asked.outputs.runs.push_back(std::move(outputs));
    }
    return {};
  }

  const Signature& signature_;
  const Input& input_;
  engine::Session& model_;
  Trace* trace_;
};

Result<std::vector<Row>> rows_of(const Event& event, const Input& input, Trace* trace) {
  GLOWPLUG_ASSIGN(const std::vector<Item> items, items_of(event, input.kind()));
  std::vector<Row> rows;
  for (const Item& item : items) {
    auto row = input.read(item, trace);
    if (!row) return std::move(row).error().in(item.name);
    rows.push_back(*std::move(row));
  }
  return rows;
}

}  // namespace

Result<std::unique_ptr<Handler>> Handler::create(const Json& spec, const Signature& signature,
                                                 Assets& assets, const MakeMediaInput& media) {
  GLOWPLUG_TRY(check_spec(spec));
  GLOWPLUG_ASSIGN(auto input, make_input(spec.at("input"), signature, assets, media));
  GLOWPLUG_ASSIGN(auto output, make_output(spec.value("output", Json()), signature));
  if (!output) output = make_plain_output(signature);
  return std::unique_ptr<Handler>(new Handler(signature, std::move(input), std::move(output)));
}

Result<std::vector<EventAnswer>> Handler::answer(std::span<const Event> events,
                                                 engine::Session& model, Trace* trace) const {
  std::vector<EventAnswer> answers(events.size());
  std::vector<Asked> asked;
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto rows = rows_of(events[i], *input_, trace);
    if (!rows) {
      answers[i] = error_answer(rows.error());
      continue;
    }
    for (Row& row : *rows) asked.push_back({i, std::move(row), {}});
  }
  GLOWPLUG_TRY(Runs(signature_, *input_, model, trace).run(asked));
  for (Asked& one : asked) one.outputs.row = &one.row;
  const Time begun = Clock::now();
  for (auto first = asked.begin(); first != asked.end();) {
    const auto last = std::find_if(first, asked.end(),
                                   [&](const Asked& one) { return one.event != first->event; });
    std::vector<const RowOutputs*> rows;
    for (auto one = first; one != last; ++one) rows.push_back(&one->outputs);
    auto answer = answer_of(rows, *output_, answer_form(events[first->event].context));
    answers[first->event] = answer ? *std::move(answer) : error_answer(answer.error());
    first = last;
  }
  if (trace != nullptr && !answers.empty())
    trace->add({"answer", Clock::now() - begun, fmt::format("{} bytes", answers[0].body.size()),
                answers[0].body.substr(0, 80)});
  return answers;
}

}  // namespace glowplug::handler
