#include "front/model_answers.h"

#include <array>
#include <span>

#include "front/oip/metadata.h"
#include "front/openapi.h"
#include "front/replies.h"

namespace glowplug::front {
namespace {

std::string statistics_of(const ServedFunction& served) {
  return served.statistics.to_json(served.about.name, served.about.version, std::nullopt);
}

}  // namespace

Result<http::HttpAnswer> ModelAnswers::answer(const Route& route) {
  switch (route.kind) {
    case RouteKind::server_metadata:
      return json_answer(oip::write_server_metadata(version_));
    case RouteKind::server_live:
    case RouteKind::healthz:
      return json_answer(oip::write_live(true));
    case RouteKind::server_ready:
    case RouteKind::readyz:
      return server_ready();
    case RouteKind::models:
      return json_answer(oip::write_model_names(table_.names()));
    case RouteKind::all_stats: {
      std::vector<std::string> all;
      for (const ServedFunction* served : table_.all_served())
        all.push_back(statistics_of(*served));
      return json_answer(oip::write_statistics(all));
    }
    case RouteKind::openapi:
      return json_answer(openapi());
    default:
      return about_model(route);
  }
}

const std::string& ModelAnswers::openapi() {
  if (!openapi_.empty() && openapi_generation_ == table_.generation()) return openapi_;
  std::vector<std::shared_ptr<const OpenApiPart>> parts;
  for (const ServedFunction* served : table_.all_served())
    if (served->about.openapi) parts.push_back(served->about.openapi());
  openapi_ = write_openapi(version_, parts);
  openapi_generation_ = table_.generation();
  return openapi_;
}

/// One function that fails must not turn a node with others away; with none that works it has
/// nothing to give.
Result<http::HttpAnswer> ModelAnswers::server_ready() const {
  if (draining_) return Error{Code::unavailable, "the server is shutting down", {}};
  std::string reasons;
  for (const oip::ModelIndex& line : table_.index()) {
    if (line.state == "READY") return json_answer(oip::write_ready(true));
    reasons += reasons.empty() ? "" : "; ";
    reasons += line.name + ": " + line.reason;
  }
  if (reasons.empty()) return json_answer(oip::write_ready(true));
  return Error{Code::unavailable, "no function can answer: " + reasons, {}};
}

Result<http::HttpAnswer> ModelAnswers::about_model(const Route& route) const {
  GLOWPLUG_ASSIGN(const ServedFunction* served, table_.find(route.function, route.version));
  const FunctionDescription& about = served->about;
  const std::array versions{about.version};
  const oip::ModelDescription model{
      about.name, versions, about.engine, about.signature,
      about.protocol_form ? &about.protocol_form->signature : nullptr};
  switch (route.kind) {
    case RouteKind::model_metadata:
      return json_answer(oip::write_model_metadata(model));
    case RouteKind::model_config:
      return json_answer(oip::write_model_config(model));
    case RouteKind::model_stats: {
      const std::array one{statistics_of(*served)};
      return json_answer(oip::write_statistics(one));
    }
    case RouteKind::model_ready:
      GLOWPLUG_TRY(served->backend->health());
      return json_answer(oip::write_model_ready(about.name, true));
    default:
      return Error{Code::internal, "no answer for this route", {}};
  }
}

}  // namespace glowplug::front
