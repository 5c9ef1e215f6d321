#include "fetch/allow_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace glowplug::fetch {
namespace {

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Error bad_entry(std::string_view text, std::string_view why) {
  return Error{Code::invalid_argument, fmt::format("\"{}\": {}", text, why),
               "images.example.com, *.example.org, http://127.0.0.1:8123 or s3://bucket"};
}

Error not_listed(const std::string& what) {
  return Error{Code::permission_denied, what + " is not in the function's fetch_hosts", {}};
}

}  // namespace

bool AddressRule::allows(const Address& connected) const {
  switch (kind) {
    case Kind::any:
      return true;
    case Kind::exactly:
      return connected == address;
    case Kind::loopback:
      return class_of(connected) == AddressClass::loopback;
    case Kind::global:
      break;
  }
  return class_of(connected) == AddressClass::global;
}

Result<AllowList::Entry> AllowList::parse_entry(std::string_view text) {
  Entry entry;
  if (is_object_url(text)) {
    constexpr std::size_t kScheme = 5;
    entry.kind = Entry::Kind::bucket;
    entry.google = text.starts_with("gs://");
    entry.bucket = text.substr(kScheme);
    if (!read_object_url(std::string(text) + "/key") || entry.bucket.find('/') != std::string::npos)
      return bad_entry(text, "a bucket's name and nothing more was expected");
    entry.text = text;
    return entry;
  }
  std::string url(text.find("://") == std::string_view::npos ? "https://" : "");
  url += text;
  const std::size_t star = url.find("://*.");
  if (star != std::string::npos) {
    entry.kind = Entry::Kind::below;
    url.erase(star + 3, 2);
  }
  auto read = read_web_url(url);
  if (!read) return bad_entry(text, read.error().message);
  if (read->target != "/" || url.ends_with('/') || url.find('#') != std::string::npos)
    return bad_entry(text, "a host without a path was expected");
  entry.secure = read->secure;
  entry.host = std::move(read->host);
  entry.port = read->port;
  if (entry.host.kind == Host::Kind::number)
    return bad_entry(text, "its host is a number; four decimal numbers or IPv6 was expected");
  if (entry.kind == Entry::Kind::below &&
      (entry.host.kind != Host::Kind::name || entry.host.text.find('.') == std::string::npos))
    return bad_entry(text, "at least two labels have to follow the star");
  entry.text = text;
  return entry;
}

Result<AllowList> AllowList::parse(std::string_view text) {
  AllowList list;
  if (without_blanks(text).empty()) return list;
  while (true) {
    const std::size_t end = std::min(text.find(','), text.size());
    GLOWPLUG_ASSIGN(Entry entry, parse_entry(without_blanks(text.substr(0, end))));
    list.entries_.push_back(std::move(entry));
    if (end == text.size()) return list;
    text.remove_prefix(end + 1);
  }
}

std::string AllowList::text() const {
  std::string all;
  for (const Entry& entry : entries_) all += (all.empty() ? "" : ",") + entry.text;
  return all;
}

bool AllowList::fits(const Entry& entry, const WebUrl& url) {
  if (entry.kind == Entry::Kind::bucket || entry.secure != url.secure || entry.port != url.port)
    return false;
  if (entry.kind == Entry::Kind::below)
    return url.host.kind == Host::Kind::name && url.host.text.ends_with("." + entry.host.text);
  if (entry.host.kind == Host::Kind::address) return url.host.address == entry.host.address;
  return url.host.kind == Host::Kind::name && url.host.text == entry.host.text;
}

Result<AddressRule> AllowList::check(const WebUrl& url) const {
  const auto found =
      std::ranges::find_if(entries_, [&](const Entry& entry) { return fits(entry, url); });
  if (found != entries_.end()) {
    if (url.host.kind == Host::Kind::address)
      return AddressRule{AddressRule::Kind::exactly, url.host.address};
    if (found->kind == Entry::Kind::host && url.host.is_localhost())
      return AddressRule{AddressRule::Kind::loopback};
    return AddressRule{};
  }
  if (url.host.kind != Host::Kind::name)
    return Error{Code::permission_denied,
                 fmt::format("its host {} is an address; a name in the function's fetch_hosts was "
                             "expected",
                             url.host.text),
                 {}};
  WebUrl origin = url;
  origin.target.clear();
  return not_listed(origin.text());
}

Result<void> AllowList::check(const ObjectUrl& url) const {
  for (const Entry& entry : entries_)
    if (entry.kind == Entry::Kind::bucket && entry.google == url.google &&
        entry.bucket == url.bucket)
      return {};
  return not_listed(fmt::format("{}://{}", url.google ? "gs" : "s3", url.bucket));
}

}  // namespace glowplug::fetch
