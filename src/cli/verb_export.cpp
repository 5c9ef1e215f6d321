#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"
#include "base/units.h"
#include "bundle/bundle.h"
#include "cli/describe_bundle.h"
#include "cli/engine_setup.h"
#include "cli/export_model.h"
#include "cli/interruption.h"
#include "cli/model_name.h"
#include "cli/project/yaml_json.h"
#include "cli/verb_export_code.h"
#include "cli/verb_progress.h"
#include "cli/verbs.h"

namespace glowplug::cli {
namespace {

Json differences_json(const optimize::Exported& exported) {
  Json list = Json::array();
  for (const optimize::OutputDifference& one : exported.differences)
    list.push_back({{"output", one.output},
                    {"max_absolute", number_json(one.max_absolute)},
                    {"max_relative", number_json(one.max_relative)},
                    {"unequal", one.unequal},
                    {"elements", one.elements},
                    {"comparable", one.comparable}});
  return list;
}

Json phases_json(const optimize::Exported& exported) {
  Json phases = Json::object();
  for (const optimize::Phase& phase : exported.phases)
    phases[std::string(phase.name) + "_ms"] = to_ms(phase.duration);
  return phases;
}

Json json_of(const optimize::ExportRequest& request, const optimize::Exported& exported,
             std::uint64_t size_bytes) {
  return {{"name", request.name},
          {"bundle", exported.bundle.string()},
          {"digest", exported.digest},
          {"size_bytes", size_bytes},
          {"signature", to_json(exported.signature)},
          {"compared_with", optimize::kComparedWith},
          {"verdict", exported.verdict()},
          {"reasons", exported.unverified},
          {"samples", exported.samples},
          {"samples_note", exported.samples_note},
          {"handler", exported.handler.spec},
          {"handler_found", exported.handler.found},
          {"batching",
           {{"max_batch", exported.batching.max_batch},
            {"exact", exported.batching.exact},
            {"reason", exported.batching.reason}}},
          {"prepared",
           {{"folder", exported.prepared},
            {"note", exported.prepared_note},
            {"differences", differences_json(exported)}}},
          {"native", optimize::native_record(exported.native)},
          {"phases", phases_json(exported)}};
}

std::string text_of(const optimize::ExportRequest& request, const optimize::Exported& exported,
                    std::uint64_t size_bytes) {
  std::string text =
      fmt::format("Model     {}\n{}", request.model.string(), signature_lines(exported.signature));
  text += fmt::format("Batching  {}: {}\n", batching_line(exported.signature),
                      exported.batching.reason);
  text += fmt::format("Checked   {}\n", optimize::kComparedWith);
  if (!exported.samples_note.empty()) text += fmt::format("Samples   {}\n", exported.samples_note);
  text += handler_lines(exported.handler);
  text += fmt::format("Prepared  {}\n", prepared_line(exported));
  text += fmt::format("Native    {}\n", native_line(exported.native));
  text += fmt::format("Bundle    {}   {}   {}\n", name_with_digest(request.name, exported.digest),
                      human_size(size_bytes), exported.bundle.string());
  return text;
}

Attempt<optimize::ExportRequest> request_of(const Invocation& invocation) {
  optimize::ExportRequest request;
  request.model = *invocation.argument("MODEL.onnx");
  GLOWPLUG_TRY(check_model_file(request.model));
  std::optional<std::string> name;
  if (const auto given = invocation.given("name")) name = given->text;
  GLOWPLUG_ASSIGN(request.name, model_name(name, request.model));
  const auto output = invocation.given("output");
  request.output = output ? output->text : request.name + ".glow";
  request.replace = invocation.has("force");
  request.batch.most_rows = static_cast<std::int64_t>(invocation.count("max-batch"));
  request.seed = invocation.count("seed");
  if (const auto handler = invocation.given("handler")) {
    const std::filesystem::path file = handler->text;
    request.handler_folder = std::filesystem::absolute(file).parent_path();
    if (file.extension() == ".tflite") {
      GLOWPLUG_ASSIGN(request.handler, optimize::tflite_spec(std::filesystem::absolute(file)));
    } else {
      GLOWPLUG_ASSIGN(const std::string text, read_file(file));
      GLOWPLUG_ASSIGN(request.handler, json_of_yaml(text, file.filename().string()));
      if (request.handler.is_null())
        return invalid_argument(file.string() + " says nothing of a handler");
    }
  }
  std::error_code failed;
  if (!request.replace && std::filesystem::exists(request.output, failed))
    return Error{Code::already_exists, fmt::format("{} is there already", request.output.string()),
                 "--force replaces it; or --output FOLDER"};
  return request;
}

/// The bundle is there, but nothing vouches for its answers.
Report unverified(const optimize::ExportRequest& request, const optimize::Exported& exported,
                  std::uint64_t size_bytes) {
  Failure failure(Error{Code::failed_precondition,
                        fmt::format("UNVERIFIED: {}", fmt::join(exported.unverified, "; ")),
                        "the bundle is written and may be served, but its answers were compared "
                        "with nothing and rows never share a run; see that the model takes the "
                        "inputs of its signature"},
                  exported.bundle.string(), kCouldNotJudge);
  failure.next = {fmt::format("glowplug inspect {}", exported.bundle.string())};
  return {.json = json_of(request, exported, size_bytes),
          .text = text_of(request, exported, size_bytes),
          .quiet = exported.bundle.string(),
          .said_no = std::move(failure)};
}

Error with_limit(Error error, Duration limit) {
  if (error.code != Code::deadline_exceeded) return error;
  error.message += fmt::format(" (limit {})", human_duration(limit));
  error.fix = "--timeout DURATION allows longer; a model that never ends cannot be served";
  return error;
}

}  // namespace

Attempt<Report> run_export(const Session& session) {
  if (is_code_export(session.invocation)) return run_export_code(session);
  GLOWPLUG_ASSIGN(auto request, request_of(session.invocation));
  const Duration timeout = session.invocation.duration("timeout");
  GLOWPLUG_ASSIGN(const EngineSetup setup, find_engine(session.invocation));
  const Interruption interruption(session.output);
  const auto progress = make_progress(session);
  GLOWPLUG_ASSIGN(request.target, target_of(setup));
  GLOWPLUG_ASSIGN(const auto runners, make_runners(setup, request.name, timeout));
  const auto exported = export_with_progress(request, *runners, *progress);
  if (!exported)
    return interruption.explain(with_limit(exported.error(), timeout), "no bundle was written");
  GLOWPLUG_ASSIGN(const auto manifest, bundle::read_manifest(exported->bundle));
  const std::uint64_t size_bytes = size_of(manifest);
  if (!exported->unverified.empty()) return unverified(request, *exported, size_bytes);
  return Report{.json = json_of(request, *exported, size_bytes),
                .text = text_of(request, *exported, size_bytes),
                .quiet = exported->bundle.string(),
                .next = {fmt::format("glowplug serve {}", exported->bundle.string()),
                         fmt::format("glowplug add {}", exported->bundle.string())}};
}

}  // namespace glowplug::cli
