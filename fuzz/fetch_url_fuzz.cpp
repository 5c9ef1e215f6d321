// URLs that clients send against lists that operators write: what is allowed was read the same way
// when it is read again, and nothing that a resolver takes for an address passes for a name.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "fetch/target.h"

using glowplug::fetch::AddressRule;
using glowplug::fetch::AllowList;
using glowplug::fetch::Host;
using glowplug::fetch::ObjectStore;
using glowplug::fetch::WebUrl;

namespace {

void check_url(const WebUrl& url) {
  const auto again = glowplug::fetch::read_web_url(url.text());
  GLOWPLUG_CHECK(again && again->text() == url.text());
  GLOWPLUG_CHECK(again->host.text == url.host.text && again->port == url.port);
  in_addr address{};
  if (url.host.kind == Host::Kind::name)
    GLOWPLUG_CHECK(::inet_aton(url.host.text.c_str(), &address) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  const std::string_view url = text.substr(0, line);
  if (const auto read = glowplug::fetch::read_web_url(url)) check_url(*read);
  if (line == std::string_view::npos) return 0;
  const auto list = AllowList::parse(text.substr(line + 1));
  if (!list) return 0;
  const auto again = AllowList::parse(list->text());
  GLOWPLUG_CHECK(again && again->text() == list->text());
  const auto target = glowplug::fetch::target_of(url, *list, ObjectStore{});
  if (!target) return 0;
  check_url(target->url);
  if (target->url.host.kind != Host::Kind::name)
    GLOWPLUG_CHECK(target->addresses.kind == AddressRule::Kind::exactly);
  return 0;
}
