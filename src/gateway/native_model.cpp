#include "gateway/native_model.h"

#include <optional>
#include <string>
#include <vector>

#include "bundle/prepared.h"
#include "engine/native/native.h"
#include "engine/run_all.h"
#include "engine/zero_inputs.h"

namespace glowplug::gateway {
namespace {

/// The first ones fault pages in and say nothing of what a run costs.
constexpr int kRuns = 16;

/// So that its cost is known before the first request. A model may refuse zeros; it is known after
/// the first request then.
void warm_up(engine::Session& session) {
  const auto inputs = engine::zero_inputs(session.signature());
  for (int i = 0; i < kRuns; ++i) {
    if (!engine::run_all(session, inputs)) return;
  }
}

}  // namespace

Result<NativeModel> open_native_model(const bundle::Bundle& bundle) {
  namespace native = engine::native;
  const bundle::ChosenForm form = bundle::choose_form(
      bundle, {std::string(native::kEngineName), std::string(native::kEngineSha256),
               std::string(native::kAnyCpu)});
  if (!form.prepared) {
    const auto record = bundle.record("native");
    const std::string reason = record ? record->value("reason", "") : "";
    return Error{Code::failed_precondition, reason.empty() ? form.reason : reason, {}};
  }
  GLOWPLUG_ASSIGN(auto session,
                  native::NativeSession::open(form.model, native::kernels_of_this_cpu()));
  warm_up(*session);
  return NativeModel{form.model, std::move(session)};
}

}  // namespace glowplug::gateway
