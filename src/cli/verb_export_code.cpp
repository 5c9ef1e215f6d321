#include "cli/verb_export_code.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/units.h"
#include "bundle/bundle.h"
#include "cli/describe_bundle.h"
#include "cli/engine_setup.h"
#include "cli/interruption.h"
#include "cli/model_name.h"
#include "cli/verb_progress.h"
#include "handler/media_type.h"
#include "optimize/code/export_code.h"

namespace glowplug::cli {
namespace {

constexpr std::size_t kLargestSample = std::size_t{16} << 20;
constexpr std::string_view kModelArgument = "MODEL.onnx";

std::vector<std::filesystem::path> paths_in(std::string_view list) {
  std::vector<std::filesystem::path> paths;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (end > 0) paths.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return paths;
}

Attempt<optimize::code::CodeRequest> code_request_of(const Invocation& invocation) {
  optimize::code::CodeRequest request;
  request.handler = *invocation.argument(kModelArgument);
  GLOWPLUG_TRY(check_model_file(request.handler));
  std::optional<std::string> name;
  if (const auto given = invocation.given("name")) name = given->text;
  GLOWPLUG_ASSIGN(request.name, model_name(name, request.handler));
  const auto output = invocation.given("output");
  request.output = output ? output->text : request.name + ".glow";
  request.replace = invocation.has("force");
  GLOWPLUG_TRY(read_code_flags(invocation, request));
  request.limit = invocation.duration("timeout");
  std::error_code failed;
  if (!request.replace && std::filesystem::exists(request.output, failed))
    return Error{Code::already_exists, fmt::format("{} is there already", request.output.string()),
                 "--force replaces it; or --output FOLDER"};
  return request;
}

std::string function_in(const Json& handler) {
  return handler["code"].value("function", "the handler");
}

Report report_on(const optimize::code::CodeRequest& request,
                 const optimize::code::CodeExported& exported, std::uint64_t size_bytes) {
  std::string text = fmt::format("Handler   {}: {}, {}\n", request.handler.string(),
                                 function_in(exported.handler), exported.engine);
  const auto packages = std::ranges::count(exported.lock, '\n');
  text += packages == 0 ? "Packages  none\n"
                        : fmt::format("Packages  {}, in code/requirements.lock\n", packages);
  text += fmt::format("Bundle    {}   {}   {}\n", name_with_digest(request.name, exported.digest),
                      human_size(size_bytes), exported.bundle.string());
  return {.json = {{"name", request.name},
                   {"bundle", exported.bundle.string()},
                   {"digest", exported.digest},
                   {"size_bytes", size_bytes},
                   {"engine", exported.engine},
                   {"handler", exported.handler},
                   {"lock", exported.lock}},
          .text = std::move(text),
          .quiet = exported.bundle.string(),
          .next = {fmt::format("glowplug serve {}", exported.bundle.string()),
                   fmt::format("glowplug add {}", exported.bundle.string())}};
}

}  // namespace

Result<void> read_code_flags(const Invocation& invocation, optimize::code::CodeRequest& request) {
  if (const auto given = invocation.given("requirements")) {
    request.requirements = given->text;
    GLOWPLUG_TRY(check_model_file(request.requirements));
  }
  if (const auto given = invocation.given("include")) request.included = paths_in(given->text);
  if (const auto given = invocation.given("sample")) {
    GLOWPLUG_ASSIGN(std::string body, read_file(given->text, kLargestSample));
    std::string type = handler::guess_media_type(given->text, body);
    request.sample = bundle::EventSample{std::move(type), std::move(body)};
  }
  return {};
}

bool is_code_export(const Invocation& invocation) {
  const auto given = invocation.argument(kModelArgument);
  return given && optimize::code::is_code_file(*given);
}

Attempt<Report> run_export_code(const Session& session) {
  GLOWPLUG_ASSIGN(const auto request, code_request_of(session.invocation));
  GLOWPLUG_ASSIGN(const EngineSetup setup, find_engine(session.invocation));
  const Interruption interruption(session.output);
  const auto progress = make_progress(session);
  GLOWPLUG_ASSIGN(const auto runners, make_runners(setup, request.name, request.limit));
  progress->start("export");
  const auto exported = optimize::code::export_code(request, *runners);
  if (!exported) {
    progress->failed();
    return interruption.explain(exported.error(), "no bundle was written");
  }
  progress->done(name_with_digest(request.name, exported->digest));
  GLOWPLUG_ASSIGN(const auto manifest, bundle::read_manifest(exported->bundle));
  return report_on(request, *exported, size_of(manifest));
}

}  // namespace glowplug::cli
