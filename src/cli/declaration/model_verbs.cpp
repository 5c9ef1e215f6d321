// Verbs that make, serve and try models. Texts end up in help, man pages, docs/cli/ and completion:
// after a change, `glowplug __docs .` in the source folder writes those again.
#include <fmt/format.h>

#include "base/number.h"
#include "cli/declaration/flags.h"
#include "cli/declaration/verb_declarations.h"
#include "cli/terminal/exit_code.h"

namespace glowplug::cli {
namespace {

std::vector<Flag> only(std::string_view name, std::vector<Flag> flags) {
  std::erase_if(flags, [name](const Flag& flag) { return flag.name != name; });
  return flags;
}

Result<void> check_rounds(std::string_view text) {
  constexpr unsigned kMost = 10'000;
  const auto rounds = number_in<unsigned>(text);
  if (rounds && *rounds >= 1 && *rounds <= kMost) return {};
  return invalid_argument(
      fmt::format("\"{}\" is not a number of rounds from 1 to {}", text, kMost));
}

/// Of a handler of code.
std::vector<Flag> code_flags() {
  return {{.name = "requirements",
           .letter = 'r',
           .kind = ValueKind::file,
           .placeholder = "FILE",
           .help = "of handler.py: its packages, resolved into the bundle by pip"},
          {.name = "include",
           .kind = ValueKind::file,
           .placeholder = "PATH,PATH",
           .help = "files and folders that the handler reads, beside it"},
          {.name = "sample",
           .kind = ValueKind::file,
           .placeholder = "FILE",
           .help = "of a handler of code: a request that it answers, tried now and whenever it "
                   "is loaded"}};
}

}  // namespace

Verb up() {
  return {
      .name = "up",
      .summary = "from a model file to an answering endpoint",
      .description =
          "Exports the model, adds the bundle to the store, serves it and prints an address and a "
          "request that works. What did not change since the last time is not done again. Without "
          "an argument it takes glowplug.yaml, the only .onnx file of the folder, or handler.py.",
      .arguments = {{.name = "MODEL.onnx|glowplug.yaml",
                     .kind = ValueKind::model,
                     .help = "a model, a handler of code, or a project file that names one",
                     .required = false}},
      .flags = joined({{name_flag("name of the function (default: the project's, or the file's)")},
                       code_flags(),
                       server_flags(),
                       function_setting_flags(true),
                       engine_flags()}),
      .examples = {
          {"glowplug up model.onnx", "serve a model on http://127.0.0.1:8080"},
          {"glowplug up --http-port 0", "the project of this folder, on a free port"},
          {"glowplug up iris.onnx --idle-timeout 5m", "keep an idle instance for 5 minutes"}}};
}

Verb export_verb() {
  return {
      .name = "export",
      .summary = "make a verified bundle of a model",
      .description =
          "Reads the model's signature, runs it on generated samples in a sandboxed child process, "
          "writes the form that is optimized for this CPU, and checks that both forms give the "
          "same "
          "answers. The bundle is complete or not there. The store is not touched. Exit code 3 if "
          "no sample could be run: the bundle is written, but nothing vouches for its answers.",
      .arguments = {{.name = "MODEL.onnx",
                     .kind = ValueKind::model,
                     .help = "an ONNX model, with files of external weights beside it; or "
                             "code that answers events: handler.py, handler.so"}},
      .flags = joined(
          {{name_flag("name of the bundle (default: the file's name)"),
            {.name = "output",
             .letter = 'o',
             .kind = ValueKind::folder,
             .placeholder = "FOLDER",
             .fallback = "./NAME.glow",
             .help = "the bundle's folder"},
            {.name = "handler",
             .kind = ValueKind::file,
             .placeholder = "FILE",
             .fallback = "what the files beside the model say",
             .help = "how events become tensors and tensors answers: YAML, JSON, or a .tflite file "
                     "with metadata"},
            {.name = "force", .letter = 'f', .help = "replace a bundle that is there"}},
           code_flags(),
           {{.name = "max-batch",
             .kind = ValueKind::count,
             .placeholder = "ROWS",
             .fallback = "32",
             .help = "most rows of different requests that run together, where the model allows it",
             .common = false},
            {.name = "seed",
             .kind = ValueKind::count,
             .placeholder = "NUMBER",
             .fallback = "1",
             .help = "of the generated samples",
             .common = false},
            {.name = "timeout",
             .kind = ValueKind::duration,
             .placeholder = "DURATION",
             .fallback = "2m",
             .help = "a load, run or preparation of the model that takes longer is ended",
             .common = false}},
           engine_flags()}),
      .examples = {{"glowplug export model.onnx --name iris", "write ./iris.glow"},
                   {"glowplug export model.onnx -n iris -o /srv/iris.glow --json",
                    "write it elsewhere and say what was found as JSON"}},
      .exit_codes = {kCouldNotJudge}};
}

Verb inspect() {
  return {
      .name = "inspect",
      .summary = "show a bundle: signature, files, records, prepared forms",
      .description =
          "Shows a bundle's folder or a version of a function of the store. Every file's "
          "hash is checked first. Changes nothing and runs nothing.",
      .arguments =
          {{.name = "BUNDLE|FUNCTION[@VERSION]",
            .kind = ValueKind::reference,
            .help = "a folder, or a function with a version's number or alias (default: live)"}},
      .flags = {{.name = "request",
                 .kind = ValueKind::text,
                 .placeholder = "SAMPLE",
                 .help = "print this sample as the body of an inference request, for curl"}},
      .examples = {{"glowplug inspect iris.glow", "a bundle in a folder"},
                   {"glowplug inspect iris@2 --json", "version 2 of a function, for a program"},
                   {"glowplug inspect iris --request 0 > request.json",
                    "a sample as the body of POST /v2/models/iris/infer"}}};
}

Verb serve() {
  return {
      .name = "serve",
      .summary = "serve functions over HTTP; they sleep at zero processes",
      .description =
          "Serves all functions of the store, or the bundles that are named. The first line on "
          "stdout is \"listening http=ADDRESS:PORT\" once the port is bound and the functions are "
          "loaded. SIGTERM drains, SIGINT ends at once, SIGHUP reads the functions again. The "
          "function settings are defaults: a function's own record in the store beats them.",
      .arguments = {{.name = "BUNDLE",
                     .kind = ValueKind::bundle,
                     .help = "bundles to serve instead of the store's functions",
                     .required = false,
                     .repeated = true}},
      .flags = joined({server_flags(), function_setting_flags(true), engine_flags()}),
      .examples = {{"glowplug serve", "all functions of the store on http://127.0.0.1:8080"},
                   {"glowplug serve iris.glow --http-port 0", "one bundle on a free port"},
                   {"glowplug serve --idle-timeout 5m --max-instances 8", "other defaults"}}};
}

Verb invoke() {
  return {
      .name = "invoke",
      .summary = "run one event through a function, without a server",
      .description =
          "Runs the handler and the model as serve does, in a sandboxed child, and prints the "
          "answer. With --trace every step with its time, its shape and its first values, on "
          "stderr. With --event the input is the envelope of a platform, and the answer has the "
          "form that the platform takes. A function of the store has its settings: timeout, "
          "environment and secrets. Exit code 1 where the event is refused.",
      .arguments = {{.name = "FUNCTION|BUNDLE",
                     .kind = ValueKind::reference,
                     .help = "a function of the store, also FUNCTION@VERSION, or a folder"}},
      .flags =
          joined({{{.name = "input",
                    .letter = 'i',
                    .kind = ValueKind::file,
                    .placeholder = "FILE|-",
                    .fallback = "-, standard input",
                    .help = "a picture, a text, a table, records …"},
                   {.name = "content-type",
                    .kind = ValueKind::text,
                    .placeholder = "TYPE",
                    .fallback = "by the file's name or content",
                    .help = "of the input, \"image/jpeg\""},
                   {.name = "event",
                    .kind = ValueKind::choice,
                    .placeholder = "KIND",
                    .help = "the input is an event of a platform",
                    .choices = {"lambda", "apigw-v1", "apigw-v2", "alb", "function-url", "sqs",
                                "s3", "cloudevents"}},
                   {.name = "accept",
                    .kind = ValueKind::text,
                    .placeholder = "TYPE",
                    .fallback = "application/json",
                    .help = "of the answer: text/csv for a table",
                    .common = false},
                   {.name = "trace", .help = "show every step with time, shape and first values"},
                   {.name = "timeout",
                    .kind = ValueKind::duration,
                    .placeholder = "DURATION",
                    .fallback = "2m",
                    .help = "loading or an answer that takes longer is ended",
                    .common = false}},
                  only("fetch-hosts", function_setting_flags(true)),
                  only("fetch-max-bytes", function_setting_flags(true)),
                  only("fetch-timeout", function_setting_flags(true)),
                  engine_flags()}),
      .examples = {
          {"glowplug invoke cats --input cat.jpg --trace", "one picture, step by step"},
          {"glowplug invoke iris.glow -i rows.csv --accept text/csv", "a table in, a table out"}}};
}

Verb coldstart() {
  return {
      .name = "coldstart",
      .summary = "measure a function's cold start by phase",
      .description =
          "Starts the function as serve does, again and again, and says where the time goes until "
          "its first answer: once from nothing, and once from its template. The template's phases "
          "are exec (a new process until it knows what to load), engine (its library), confine "
          "(rights given up), model, warm_up (a first run) and report; the instance's are ask, "
          "fork (until the child runs, or the one forked ahead is told to), attach (its sandbox "
          "and ring, unless it had them), first_run and answer; rest is what is in none of "
          "them. They add up to the total, and /metrics of serve has the same ones. The request "
          "is the bundle's first sample; HTTP is not part of it.",
      .arguments = {{.name = "FUNCTION|BUNDLE",
                     .kind = ValueKind::reference,
                     .help = "a function of the store, also FUNCTION@VERSION, or a folder"}},
      .flags = joined({{{.name = "rounds",
                         .letter = 'n',
                         .kind = ValueKind::count,
                         .placeholder = "COUNT",
                         .fallback = "20",
                         .help = "starts of each kind",
                         .check = check_rounds},
                        {.name = "plot",
                         .kind = ValueKind::file,
                         .placeholder = "FILE.svg",
                         .help = "also draw it"},
                        {.name = "no-sandbox",
                         .help = "run instances without seccomp, landlock and a user of their own",
                         .common = false}},
                       only("engine", function_setting_flags(false)),
                       engine_flags()}),
      .examples = {{"glowplug coldstart iris", "the function as it is served"},
                   {"glowplug coldstart iris.glow --rounds 100 --plot iris.svg",
                    "a bundle, more exactly, with a picture"}}};
}

}  // namespace glowplug::cli
