#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/code_table.h"
#include "base/cpu.h"
#include "base/file.h"
#include "bundle/prepared.h"
#include "cli/bundle_reference.h"
#include "cli/engine_setup.h"
#include "cli/fetch_inputs.h"
#include "cli/interruption.h"
#include "cli/invoke_function.h"
#include "cli/project_here.h"
#include "cli/verbs.h"
#include "engine/native/native.h"
#include "handler/answer.h"
#include "handler/envelope.h"
#include "handler/media_type.h"
#include "handler/references.h"

namespace glowplug::cli {
namespace {

constexpr int kFirstErrorStatus = 400;

struct Question {
  std::string content_type;
  std::string body;
  handler::EnvelopeKind kind = handler::EnvelopeKind::plain;
};

constexpr std::size_t kMostInputBytes = std::size_t{64} << 20;  // as serve's body limit

Result<std::string> read_input(const std::string& name) {
  if (name != "-") return read_file(name, kMostInputBytes);
  std::string text;
  std::array<char, 65536> piece{};
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read standard input", errno);
    if (got == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > kMostInputBytes)
      return Error{Code::too_large, "standard input is larger than 64 MiB", {}};
  }
}

Result<Question> question_of(const Invocation& invocation) {
  Question question;
  const auto input = invocation.given("input");
  const std::string file = input ? input->text : "-";
  GLOWPLUG_ASSIGN(question.body, read_input(file));
  const auto type = invocation.given("content-type");
  question.content_type = type ? type->text : handler::guess_media_type(file, question.body);
  if (const auto kind = invocation.given("event")) {
    question.kind = *handler::envelope_named(kind->text);  // the declaration checks it
  }
  return question;
}

/// What serves: the native form if there is one, else the prepared or the portable one.
Result<ModelSource> form_of(const bundle::Bundle& bundle, const EngineSetup& setup) {
  using engine::native::kEngineName;
  const bundle::ChosenForm native = bundle::choose_form(
      bundle, {std::string(kEngineName), std::string(engine::native::kEngineSha256),
               std::string(engine::native::kAnyCpu)});
  if (native.prepared) return ModelSource{native.model, std::string(kEngineName), true};
  GLOWPLUG_ASSIGN(bundle::PreparedTarget target, target_of(setup));
  target.engine = bundle.manifest().engine;
  const bundle::ChosenForm form = bundle::choose_form(bundle, target);
  return ModelSource{form.model, bundle.manifest().engine, form.prepared};
}

std::string context_of(const std::string& function, const std::string& accept, bool trace) {
  Json context = {{"request_id", "invoke"}, {"function", function}, {"version", "local"}};
  if (trace) context["trace"] = true;
  if (!accept.empty()) context["accept"] = accept;
  return context.dump();
}

Json trace_json(const Trace& trace) {
  Json stages = Json::array();
  for (const Stage& stage : trace.stages())
    stages.push_back({{"stage", stage.name},
                      {"ms", to_ms(stage.time)},
                      {"shape", stage.shape},
                      {"preview", stage.preview}});
  return stages;
}

std::string trace_text(const Trace& trace) {
  std::string text;
  for (const Stage& stage : trace.stages())
    text += fmt::format("{:<10} {:>9.3f} ms   {:<28} {}\n", stage.name, to_ms(stage.time),
                        stage.shape, stage.preview);
  return text;
}

/// The answers of all events in the envelope.
struct Answered {
  std::vector<EventAnswer> answers;
  std::string text;  ///< what is shown
  Json json;
};

/// What answers, under its name.
struct Answering {
  InvokedFunction& function;
  std::string name;
  InputFetch& inputs;
};

Result<EventAnswer> answer_one(const Answering& by, const handler::Enveloped& event, Trace* trace) {
  const Time begun = Clock::now();
  auto complete = by.inputs.complete(event, context_of(by.name, event.accept, trace != nullptr));
  if (!complete) return handler::error_answer(complete.error());
  if (trace != nullptr && complete->body.size() != event.body.size())
    trace->add({"fetch", Clock::now() - begun,
                fmt::format("{} bytes", complete->body.size() - event.body.size()), event.object});
  return by.function.answer({complete->content_type, complete->body, complete->context},
                            handler::accepts_csv(event.accept), trace);
}

Result<Answered> answer_all(const Answering& by, const Question& question, Trace* trace,
                            const std::string& accept) {
  Answered answered;
  if (question.kind == handler::EnvelopeKind::plain) {
    GLOWPLUG_ASSIGN(EventAnswer answer,
                    answer_one(by, {question.content_type, question.body, accept, {}, {}}, trace));
    answered.text = answer.body;
    if (!answered.text.ends_with('\n')) answered.text += '\n';
    const auto json = parse_json(answer.body);
    answered.json = json ? *json : Json(answer.body);
    answered.answers.push_back(std::move(answer));
    return answered;
  }
  GLOWPLUG_ASSIGN(const Json payload, parse_json(question.body));
  GLOWPLUG_ASSIGN(const handler::Envelope envelope,
                  handler::Envelope::open(question.kind, payload));
  for (const handler::Enveloped& event : envelope.events()) {
    GLOWPLUG_ASSIGN(EventAnswer answer, answer_one(by, event, trace));
    answered.answers.push_back(std::move(answer));
  }
  answered.json = envelope.close(answered.answers);
  answered.text = answered.json.dump() + "\n";
  return answered;
}

/// The settings of a function of the store, those of glowplug.yaml over them where it has that
/// name. A bundle has none. Flags say more than both.
Attempt<FunctionSettings> function_settings(const Session& session, const NamedBundle& named,
                                            const std::string& name) {
  GivenSettings given;
  if (!named.function.empty()) {
    given = named.settings;
    GLOWPLUG_ASSIGN(const auto project, project_here(session));
    if (project && project->name == name)
      for (const auto& [key, text] : project->function) given[key] = text;
  }
  for (const auto& [key, text] : session.invocation.function_settings())
    if (key.starts_with("fetch_")) given[key] = text;  // --timeout is about more than the answer
  GLOWPLUG_ASSIGN(FunctionSettings settings, glowplug::apply({}, given));
  return settings;
}

Attempt<RunnerSettings> runner_settings(const Session& session, const NamedBundle& named,
                                        const FunctionSettings& function) {
  RunnerSettings settings;
  const auto timeout = session.invocation.given("timeout");
  settings.load_timeout = session.invocation.duration("timeout");
  settings.run_timeout = settings.load_timeout;
  if (named.function.empty()) return settings;
  if (!timeout) settings.run_timeout = function.timeout;
  GLOWPLUG_ASSIGN(settings.environment, resolve(function.environment, function.secrets));
  return settings;
}

/// The first event that was refused, as the failure of the verb.
std::optional<Failure> refusal_in(const Answered& answered) {
  for (const EventAnswer& answer : answered.answers) {
    if (answer.status < kFirstErrorStatus) continue;
    std::string text = handler::error_in(answer.body);
    return Failure(Error{
        code_of_status(answer.status), fmt::format("status {}: {}", answer.status, text), {}});
  }
  return std::nullopt;
}

}  // namespace

Attempt<Report> run_invoke(const Session& session) {
  const Invocation& invocation = session.invocation;
  GLOWPLUG_ASSIGN(const NamedBundle named,
                  open_named_bundle(session, *invocation.argument("FUNCTION|BUNDLE")));
  GLOWPLUG_ASSIGN(const Question question, question_of(invocation));
  GLOWPLUG_ASSIGN(const EngineSetup setup, find_engine(invocation));
  const Interruption interruption(session.output);
  const std::string name = named.function.empty() ? named.bundle.manifest().name : named.function;
  GLOWPLUG_ASSIGN(const FunctionSettings function_is, function_settings(session, named, name));
  GLOWPLUG_ASSIGN(RunnerSettings settings, runner_settings(session, named, function_is));
  GLOWPLUG_ASSIGN(const auto runners, make_runners(setup, name, std::move(settings)));
  GLOWPLUG_ASSIGN(ModelSource form, form_of(named.bundle, setup));
  const Time begun = Clock::now();
  auto function = InvokedFunction::open(named.bundle, std::move(form), *runners);
  if (!function) return interruption.explain(std::move(function).error(), "nothing was run");
  InputFetch inputs(function_is, handler::item_field(named.bundle.manifest().handler));
  Trace trace;
  const bool traced = invocation.has("trace");
  if (traced) trace.add({"load", Clock::now() - begun, {}, named.bundle.folder().string()});
  const auto accept = invocation.given("accept");
  auto answered = answer_all({*function, name, inputs}, question, traced ? &trace : nullptr,
                             accept ? accept->text : std::string());
  if (!answered) return interruption.explain(std::move(answered).error(), "it was not answered");
  auto refused = refusal_in(*answered);
  if (refused && question.kind == handler::EnvelopeKind::plain) return *std::move(refused);
  if (traced) session.output.note(trace_text(trace));
  Json json = {{"function", name}, {"answer", answered->json}};
  if (traced) json["trace"] = trace_json(trace);
  return Report{.json = std::move(json),
                .text = answered->text,
                .quiet = answered->text,
                .said_no = std::move(refused)};
}

}  // namespace glowplug::cli
