#include "runtime/warm_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <ranges>

#include "base/file.h"
#include "base/json.h"
#include "bundle/event_sample.h"
#include "bundle/sample.h"
#include "engine/run_all.h"
#include "engine/zero_inputs.h"
#include "model/event.h"

namespace glowplug::runtime {
namespace {

std::filesystem::path first_sample(const std::filesystem::path& bundle) {
  std::error_code failed;
  std::filesystem::path first;
  for (const auto& entry : std::filesystem::directory_iterator(bundle / "samples", failed)) {
    if (entry.path().extension() != ".json" || entry.path().filename() == "event.json") continue;
    if (first.empty() || entry.path() < first) first = entry.path();
  }
  return first;
}

Result<std::vector<std::optional<Tensor>>> sample_inputs(const Signature& signature,
                                                         const std::filesystem::path& file) {
  GLOWPLUG_ASSIGN(const std::string text, read_file(file));
  GLOWPLUG_ASSIGN(const Json json, parse_json(text));
  GLOWPLUG_ASSIGN(const bundle::Sample sample, bundle::sample_from_json(json));
  return bundle::inputs_of(sample, signature);
}

/// A sample of an image is a megabyte of JSON, which takes longer to read than most models to run
/// and leaves a torn heap that every child copies from.
constexpr std::uintmax_t kLargestSample = std::uintmax_t{64} << 10;

bool too_large(const std::filesystem::path& file) {
  std::error_code failed;
  const std::uintmax_t size = std::filesystem::file_size(file, failed);
  return !failed && size > kLargestSample;
}

/// Whether zeros have the shape of real inputs, all but the number of rows.
bool shapes_are_known(const Signature& signature) {
  return std::ranges::all_of(signature.inputs, [](const TensorSpec& spec) {
    return std::ranges::none_of(spec.shape | std::views::drop(1),
                                [](std::int64_t dimension) { return dimension < 0; });
  });
}

/// records/event.json may be gone: then there is nothing to compare with.
Result<void> compare_with_record(const EventAnswer& answer, const std::filesystem::path& bundle) {
  const auto text = read_file(bundle / "records" / "event.json");
  if (!text) return {};
  GLOWPLUG_ASSIGN(const Json record, parse_json(*text));
  const Json& recorded = record.value("answer", Json::object());
  const std::string body = recorded.value("body", "");
  if (answer.status == recorded.value("status", 0) && bundle::same_answer(answer.body, body))
    return {};
  return Error{Code::failed_precondition,
               fmt::format("the handler answers its sample with status {}, {}; export got {}",
                           answer.status, answer.body.substr(0, 200), body.substr(0, 200)),
               {}};
}

}  // namespace

std::vector<std::optional<Tensor>> warm_up_inputs(const Signature& signature,
                                                  const std::filesystem::path& bundle) {
  const auto file = first_sample(bundle);
  if (!file.empty() && !(too_large(file) && shapes_are_known(signature))) {
    if (auto inputs = sample_inputs(signature, file)) return *std::move(inputs);
  }
  return engine::zero_inputs(signature);
}

Result<void> check_event(engine::Session& events, const std::filesystem::path& bundle) {
  std::error_code failed;
  const auto file = bundle / bundle::kEventSampleFile;
  if (!std::filesystem::exists(file, failed)) return {};
  GLOWPLUG_ASSIGN(const std::string text, read_file(file));
  GLOWPLUG_ASSIGN(const Json json, parse_json(text));
  GLOWPLUG_ASSIGN(const bundle::EventSample sample, bundle::event_sample_from_json(json));
  const InferRequest request = request_of({sample.content_type, sample.body, {}});
  std::vector<std::optional<Tensor>> inputs;
  inputs.reserve(request.inputs.size());
  for (const InferInput& input : request.inputs)
    inputs.emplace_back(
        Tensor{Datatype::bytes, input.shape, {input.bytes.begin(), input.bytes.end()}});
  GLOWPLUG_ASSIGN(const auto outputs,
                  engine::run_all(events, inputs, event_signature().outputs.size()));
  GLOWPLUG_ASSIGN(const auto answers, answers_in(outputs));
  return compare_with_record(answers.at(0), bundle);
}

Result<void> warm_up(engine::Session& session, const std::filesystem::path& bundle) {
  const auto inputs = warm_up_inputs(session.signature(), bundle);
  GLOWPLUG_TRY(engine::run_all(session, inputs));
  return {};
}

}  // namespace glowplug::runtime
