#include <fmt/format.h>

#include "base/units.h"
#include "cli/open_store.h"
#include "cli/terminal/table.h"
#include "cli/verbs.h"

namespace glowplug::cli {
namespace {

Result<std::vector<store::Garbage>> garbage_of(const Session& session, bool deletes) {
  GLOWPLUG_ASSIGN(auto store, open_store_if_there(session));
  if (!store) return std::vector<store::Garbage>{};
  return deletes ? store->collect_garbage() : store->garbage();
}

}  // namespace

Attempt<Report> run_clean(const Session& session) {
  const bool deletes = session.invocation.has("yes");
  GLOWPLUG_ASSIGN(const auto garbage, garbage_of(session, deletes));
  Table table{{{"bundle"}, {"size", true}, {"what"}}, {}};
  Report report;
  report.json["bundles"] = Json::array();
  std::uint64_t freed = 0;
  for (const store::Garbage& one : garbage) {
    if (!one.in_use) freed += one.size_bytes;
    table.rows.push_back(
        {bundle::short_digest(one.digest), human_size(one.size_bytes),
         one.in_use ? "kept: it is being served" : (deletes ? "freed" : "can go")});
    report.json["bundles"].push_back(
        {{"digest", one.digest}, {"size_bytes", one.size_bytes}, {"in_use", one.in_use}});
  }
  report.json["deleted"] = deletes;
  report.json["freed_bytes"] = freed;
  report.quiet = fmt::format("{}", freed);
  report.text = table.text(session.output.terminal());
  if (garbage.empty()) session.output.note("There is nothing to free.");
  if (freed > 0 && !deletes) {
    session.output.note(fmt::format("{} would be freed; nothing was deleted.", human_size(freed)));
    report.next = {"glowplug clean --yes"};
  } else if (freed > 0) {
    session.output.note(fmt::format("{} freed.", human_size(freed)));
  }
  return report;
}

}  // namespace glowplug::cli
