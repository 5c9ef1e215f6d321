#pragma once
#include <string_view>

#include "front/replies.h"
#include "front/repository.h"

namespace glowplug::front {

/// Answers the routes of the `model_repository` extension: index, load, unload; later, when the
/// repository takes its time. `repository` and `replies` outlive every request.
void answer_repository_call(OpenRequest request, std::string_view body, Repository& repository,
                            Replies& replies);

}  // namespace glowplug::front
