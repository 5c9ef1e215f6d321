#pragma once
#include <string>

#include "base/result.h"
#include "fetch/fetcher.h"
#include "handler/envelope.h"
#include "model/function_settings.h"

namespace glowplug::cli {

/// An event on its way to a function, with what it names by reference.
struct CompleteEvent {
  std::string content_type;
  std::string body;
  std::string context;
};

/// Fetches the inputs that events name, as serve does.
class InputFetch {
 public:
  /// `item_field`: handler::item_field of the function. The keys of object stores are those of this
  /// process's environment.
  InputFetch(const FunctionSettings& settings, std::string item_field);

  /// The object that `event` names, or what its records name; an event that names nothing as it is.
  /// Errors: those of fetch::Fetcher, about the event.
  [[nodiscard]] Result<CompleteEvent> complete(const handler::Enveloped& event,
                                               std::string context);

 private:
  [[nodiscard]] Result<std::vector<fetch::Fetched>> get(std::vector<fetch::Wanted> wanted);

  FunctionSettings settings_;
  std::string item_field_;
  fetch::Fetcher fetcher_;
};

}  // namespace glowplug::cli
