#include "front/repository_calls.h"

#include <memory>
#include <utility>

namespace glowplug::front {
namespace {

using SharedRequest = std::shared_ptr<OpenRequest>;  // for callbacks, which std::function copies

void answer_index(const SharedRequest& request, bool ready_only, Repository& repository,
                  Replies& replies) {
  repository.index([request, ready_only, &replies](Result<std::vector<oip::ModelIndex>> models) {
    if (!models) return replies.send_error(*request, models.error());
    if (ready_only)
      std::erase_if(*models, [](const auto& model) { return model.state != "READY"; });
    replies.send(*request, json_answer(oip::write_repository_index(*models)));
  });
}

/// 200 with an empty body: what Triton says after load and unload.
std::function<void(Result<void>)> done_or_error(const SharedRequest& request, Replies& replies) {
  return [request, &replies](const Result<void>& done) {
    if (!done) return replies.send_error(*request, done.error());
    replies.send(*request, {});
  };
}

Result<void> start(const SharedRequest& request, std::string_view body, Repository& repository,
                   Replies& replies) {
  const std::string& name = request->route.function;
  switch (request->route.kind) {
    case RouteKind::repository_index: {
      GLOWPLUG_ASSIGN(const oip::IndexRequest wanted, oip::read_index_request(body));
      answer_index(request, wanted.ready_only, repository, replies);
      return {};
    }
    case RouteKind::repository_load:
      GLOWPLUG_TRY(oip::read_load_request(body));
      repository.load(name, done_or_error(request, replies));
      return {};
    default:
      GLOWPLUG_TRY(oip::read_unload_request(body));
      repository.unload(name, done_or_error(request, replies));
      return {};
  }
}

}  // namespace

void answer_repository_call(OpenRequest request, std::string_view body, Repository& repository,
                            Replies& replies) {
  const auto shared = std::make_shared<OpenRequest>(std::move(request));
  const auto started = start(shared, body, repository, replies);
  if (!started) replies.send_error(*shared, started.error());
}

}  // namespace glowplug::front
