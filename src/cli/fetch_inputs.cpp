#include "cli/fetch_inputs.h"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "handler/references.h"

namespace glowplug::cli {
namespace {

constexpr std::size_t kMostFetchedBytes = std::size_t{64} << 20;  // as serve's body limit

}  // namespace

InputFetch::InputFetch(const FunctionSettings& settings, std::string item_field)
    : settings_(settings),
      item_field_(std::move(item_field)),
      fetcher_(fetch::ObjectStore::from_environment(::getenv)) {}

Result<std::vector<fetch::Fetched>> InputFetch::get(std::vector<fetch::Wanted> wanted) {
  return fetcher_.get({.wanted = std::move(wanted),
                       .list = settings_.fetch_hosts,
                       .max_bytes = settings_.fetch_max_bytes,
                       .max_total_bytes = kMostFetchedBytes,
                       .deadline = Clock::now() + settings_.fetch_timeout});
}

Result<CompleteEvent> InputFetch::complete(const handler::Enveloped& event, std::string context) {
  if (!event.object.empty()) {
    if (settings_.fetch_hosts.empty())
      return Error{Code::permission_denied,
                   fmt::format("{} is not fetched: the function's setting fetch_hosts is empty",
                               event.object),
                   {}};
    GLOWPLUG_ASSIGN(std::vector<fetch::Fetched> fetched, get({{"the event", event.object}}));
    fetch::Fetched& object = fetched.front();
    return CompleteEvent{handler::type_of_fetched(object.content_type, object.path, object.bytes),
                         std::move(object.bytes), std::move(context)};
  }
  const Event plain{event.content_type, event.body, context};
  std::vector<handler::Reference> references;
  if (!settings_.fetch_hosts.empty()) {
    GLOWPLUG_ASSIGN(references, handler::references_in(plain, item_field_));
  }
  if (references.empty()) return CompleteEvent{event.content_type, event.body, std::move(context)};
  std::vector<fetch::Wanted> wanted;
  wanted.reserve(references.size());
  for (const handler::Reference& reference : references)
    wanted.push_back({fmt::format("record {}", reference.record), reference.url});
  GLOWPLUG_ASSIGN(std::vector<fetch::Fetched> fetched, get(std::move(wanted)));
  std::vector<handler::FetchedItem> items;
  items.reserve(fetched.size());
  for (std::size_t i = 0; i < fetched.size(); ++i) {
    fetch::Fetched& one = fetched[i];
    one.content_type = handler::type_of_fetched(one.content_type, one.path, one.bytes);
    items.push_back({references[i].record, one.content_type, one.bytes});
  }
  handler::FetchedEvent whole = handler::with_fetched(plain, items);
  return CompleteEvent{event.content_type, std::move(whole.body), std::move(whole.context)};
}

}  // namespace glowplug::cli
