#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/cpu.h"
#include "base/nearest.h"
#include "base/units.h"
#include "cli/bundle_reference.h"
#include "cli/describe_bundle.h"
#include "cli/verb_progress.h"
#include "cli/verbs.h"
#include "optimize/native_form.h"

namespace glowplug::cli {
namespace {

/// One prepared form as a line: what it is for and whether this CPU is that.
std::string form_line(const bundle::FoundForm& form) {
  if (!form.index) return fmt::format("{}   unusable: {}", form.folder, form.index.error().message);
  const std::string& level = form.index->target.cpu_level;
  const bool any = level == optimize::native_target().cpu_level;
  const bool here = any || level == cpu_level(detect_cpu());
  return fmt::format("{}   {} {}   largest difference {:.2g} over {} samples   {}", form.folder,
                     form.index->target.engine, form.index->engine_version,
                     form.index->largest_difference, form.index->samples_compared,
                     any    ? "for any CPU"
                     : here ? "for this CPU's level"
                            : "for another CPU level");
}

/// Which engine serves, and why not the native one.
std::string serving_line(const bundle::Bundle& bundle) {
  const bundle::ChosenForm native = bundle::choose_form(bundle, optimize::native_target());
  if (native.prepared) return "the native engine: every answer agreed with ONNX Runtime's";
  const auto record = bundle.record("native");
  const std::string reason = record ? record->value("reason", "") : "";
  return fmt::format("{}, not the native engine: {}", bundle.manifest().engine,
                     reason.empty() ? native.reason : reason);
}

Json form_json(const bundle::FoundForm& form) {
  if (!form.index) return {{"folder", form.folder}, {"error", form.index.error().message}};
  return {{"folder", form.folder},
          {"engine", form.index->target.engine},
          {"engine_version", form.index->engine_version},
          {"library_sha256", form.index->target.library_sha256},
          {"cpu_level", form.index->target.cpu_level},
          {"samples_compared", form.index->samples_compared},
          {"largest_difference", number_json(form.index->largest_difference)}};
}

Json records_json(const bundle::Bundle& bundle) {
  Json records = Json::object();
  for (const std::string& name : bundle.record_names()) {
    const auto record = bundle.record(name);
    records[name] = record ? *record : Json{{"error", record.error().message}};
  }
  return records;
}

Json json_of(const NamedBundle& named) {
  const bundle::Bundle& bundle = named.bundle;
  const bundle::Manifest& manifest = bundle.manifest();
  Json forms = Json::array();
  for (const bundle::FoundForm& form : bundle::prepared_forms(bundle))
    forms.push_back(form_json(form));
  Json json = {{"name", manifest.name},
               {"digest", bundle.digest()},
               {"folder", bundle.folder().string()},
               {"size_bytes", size_of(manifest)},
               {"manifest", to_json(manifest)},
               {"samples", bundle.sample_names()},
               {"serves", serving_line(bundle)},
               {"prepared", std::move(forms)},
               {"records", records_json(bundle)}};
  if (!named.function.empty()) {
    json["function"] = named.function;
    json["version"] = named.version;
  }
  return json;
}

std::string text_of(const NamedBundle& named) {
  const bundle::Bundle& bundle = named.bundle;
  const bundle::Manifest& manifest = bundle.manifest();
  std::string text;
  if (!named.function.empty())
    text += fmt::format("Function  {}   version {}\n", named.function, named.version);
  text += fmt::format("Bundle    {}   {}\n", name_with_digest(manifest.name, bundle.digest()),
                      human_size(size_of(manifest)));
  text += fmt::format("Folder    {}\n", bundle.folder().string());
  text += fmt::format("From      {}   sha256 {}   by {}\n", manifest.source.file,
                      bundle::short_digest(manifest.source.sha256), manifest.producer);
  if (!manifest.license.empty()) text += fmt::format("License   {}\n", manifest.license);
  text += fmt::format("Engine    {}   {}\n", manifest.engine, batching_line(manifest.signature));
  text += fmt::format("Serves    {}\n", serving_line(bundle));
  text += "Signature\n" + signature_lines(manifest.signature);
  text += "Files     every hash is right\n";
  for (const auto& [path, file] : manifest.files)
    text += fmt::format("  {:<33} {:>9}\n", path, human_size(file.size_bytes));
  text += fmt::format("Samples   {}\n", fmt::join(bundle.sample_names(), ", "));
  const auto forms = bundle::prepared_forms(bundle);
  if (forms.empty()) text += "Prepared  none: the portable form serves\n";
  for (const bundle::FoundForm& form : forms)
    text += fmt::format("Prepared  {}\n", form_line(form));
  text += fmt::format("Records   {}\n", fmt::join(bundle.record_names(), ", "));
  return text;
}

/// The sample whose name is `wanted` or begins with it.
Attempt<Report> request_body(const bundle::Bundle& bundle, const std::string& wanted) {
  const auto names = bundle.sample_names();
  for (const std::string& name : names) {
    if (!name.starts_with(wanted)) continue;
    GLOWPLUG_ASSIGN(const bundle::Sample sample, bundle.sample(name));
    const Json body = to_json(sample).at("request");
    const std::string text = body.dump() + "\n";
    return Report{
        .json = {{"sample", name}, {"request", body}},
        .text = text,
        .quiet = body.dump(),
    };
  }
  const auto near = nearest(wanted, names);
  return Error{Code::not_found,
               fmt::format("the bundle has no sample \"{}\"{}", wanted,
                           near ? fmt::format("; did you mean \"{}\"?", *near) : ""),
               fmt::format("samples: {}", fmt::join(names, ", "))};
}

}  // namespace

Attempt<Report> run_inspect(const Session& session) {
  const std::string reference = *session.invocation.argument("BUNDLE|FUNCTION[@VERSION]");
  GLOWPLUG_ASSIGN(const NamedBundle named, open_named_bundle(session, reference));
  if (const auto sample = session.invocation.given("request"))
    return request_body(named.bundle, sample->text);
  Report report{.json = json_of(named), .text = text_of(named), .quiet = named.bundle.digest()};
  if (named.function.empty()) report.next = {fmt::format("glowplug add {}", reference)};
  return report;
}

}  // namespace glowplug::cli
