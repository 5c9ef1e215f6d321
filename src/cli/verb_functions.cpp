// functions, alias and remove: what the store's index says, and changes to it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"
#include "cli/open_store.h"
#include "cli/terminal/table.h"
#include "cli/verb_progress.h"
#include "cli/verbs.h"

namespace glowplug::cli {
namespace {

std::string live_of(const store::Function& function) {
  return function.aliases.at(std::string(store::kLive));
}

std::string digest_of(const store::Function& function, std::string_view version) {
  for (const store::Version& one : function.versions) {
    if (one.version == version) return one.digest;
  }
  return {};
}

std::string aliases_of(const store::Function& function, std::string_view version) {
  std::vector<std::string> names;
  for (const auto& [alias, points_to] : function.aliases) {
    if (points_to == version) names.push_back(alias);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string settings_text(const store::Function& function) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : function.settings)
    texts.push_back(fmt::format("{}={}", key, value));
  return texts.empty() ? "-" : fmt::format("{}", fmt::join(texts, " "));
}

Json json_of(const store::Function& function) {
  Json versions = Json::array();
  for (const store::Version& version : function.versions)
    versions.push_back({{"version", version.version},
                        {"digest", version.digest},
                        {"added", utc_time(version.added_unix_ms)}});
  return {{"name", function.name},
          {"versions", std::move(versions)},
          {"aliases", function.aliases},
          {"settings", Json(function.settings)}};
}

Report list(const Session& session, const std::vector<store::Function>& functions) {
  Table table{{{"function"}, {"live", true}, {"versions", true}, {"bundle"}, {"settings"}}, {}};
  Report report;
  report.json["functions"] = Json::array();
  for (const store::Function& function : functions) {
    const std::string live = live_of(function);
    table.rows.push_back({function.name, live, fmt::format("{}", function.versions.size()),
                          bundle::short_digest(digest_of(function, live)),
                          settings_text(function)});
    report.json["functions"].push_back(json_of(function));
    report.quiet += (report.quiet.empty() ? "" : "\n") + function.name;
  }
  report.text = table.text(session.output.terminal(), session.invocation.has("wide"));
  if (functions.empty()) {
    session.output.note("There is no function yet.");
    report.next = {"glowplug up MODEL.onnx"};
  }
  return report;
}

Report details(const Session& session, const store::Function& function) {
  Table table{{{"version", true}, {"bundle"}, {"added"}, {"aliases"}}, {}};
  for (auto version = function.versions.rbegin(); version != function.versions.rend(); ++version)
    table.rows.push_back({version->version, bundle::short_digest(version->digest),
                          utc_time(version->added_unix_ms),
                          aliases_of(function, version->version)});
  Report report;
  report.json = json_of(function);
  report.quiet = digest_of(function, live_of(function));
  report.text = table.text(session.output.terminal(), session.invocation.has("wide"));
  if (!function.settings.empty())
    session.output.note(fmt::format("Settings: {}", settings_text(function)));
  return report;
}

Failure no_such_function(const std::vector<store::Function>& functions, std::string_view name) {
  std::vector<std::string> names;
  names.reserve(functions.size());
  for (const store::Function& function : functions) names.push_back(function.name);
  const auto near = nearest(name, names);
  return Error{Code::not_found,
               fmt::format("there is no function \"{}\"{}", name,
                           near ? fmt::format("; did you mean \"{}\"?", *near) : ""),
               "glowplug functions"};
}

Result<std::vector<store::Function>> stored(const Session& session) {
  GLOWPLUG_ASSIGN(const auto store, open_store_if_there(session));
  if (!store) return std::vector<store::Function>{};
  return store->functions();
}

/// For verbs that change: an empty store is not made just to say that nothing is in it.
Attempt<store::Store> store_with(const Session& session, std::string_view function) {
  GLOWPLUG_ASSIGN(auto store, open_store_if_there(session));
  if (!store) return no_such_function({}, function);
  return *std::move(store);
}

}  // namespace

Attempt<Report> run_functions(const Session& session) {
  GLOWPLUG_ASSIGN(const auto functions, stored(session));
  const auto name = session.invocation.argument("FUNCTION");
  if (!name) return list(session, functions);
  for (const store::Function& function : functions) {
    if (function.name == *name) return details(session, function);
  }
  return no_such_function(functions, *name);
}

Attempt<Report> run_alias(const Session& session) {
  const std::string function = *session.invocation.argument("FUNCTION");
  const std::string alias = *session.invocation.argument("NAME");
  const auto version = session.invocation.argument("VERSION");
  const bool removes = session.invocation.has("remove");
  if (removes == version.has_value())
    return usage_failure(
        removes ? "--remove takes no VERSION" : "`alias` needs VERSION, or --remove",
        fmt::format("glowplug alias {} {} 1", function, alias));
  GLOWPLUG_ASSIGN(store::Store store, store_with(session, function));
  Report report{.json = {{"function", function}, {"alias", alias}}};
  if (removes) {
    GLOWPLUG_TRY(store.remove_alias(function, alias));
    report.text = fmt::format("{} has no alias {} any more\n", function, alias);
    return report;
  }
  GLOWPLUG_TRY(store.set_alias(function, alias, *version));
  report.json["version"] = *version;
  report.quiet = *version;
  report.text = fmt::format("{}@{} is version {}\n", function, alias, *version);
  report.next = {"kill -HUP PID of a running `glowplug serve`, so that it follows"};
  return report;
}

Attempt<Report> run_remove(const Session& session) {
  const std::string function = *session.invocation.argument("FUNCTION");
  GLOWPLUG_ASSIGN(store::Store store, store_with(session, function));
  const auto version = session.invocation.given("version");
  GLOWPLUG_ASSIGN(const store::Removed removed,
                  version ? store.remove(function, version->text) : store.remove(function));
  const std::string text =
      removed.function_gone
          ? fmt::format("Removed {} with {} version{}\n", function, removed.versions.size(),
                        removed.versions.size() == 1 ? "" : "s")
          : fmt::format("Removed version {} of {}\n", fmt::join(removed.versions, ", "), function);
  return Report{.json = {{"function", function},
                         {"versions", removed.versions},
                         {"function_gone", removed.function_gone}},
                .text = text,
                .quiet = function,
                .next = {"glowplug clean"}};
}

}  // namespace glowplug::cli
