#include "fetch/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace glowplug::fetch {
namespace {

constexpr std::size_t kLongestShown = 200;

std::string one_of(const std::function<const char*(const char*)>& get, const char* first,
                   const char* second) {
  for (const char* const name : {first, second}) {
    const char* const value = get(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

/// Queries carry signatures of presigned URLs, users their passwords: they are not told to logs.
std::string shown(std::string_view url) {
  std::string text(url.substr(0, url.find_first_of("?#")));
  const std::size_t begin = std::min(text.find("//"), text.size());
  const std::size_t end = std::min(text.find('/', std::min(begin + 2, text.size())), text.size());
  const std::size_t at = text.rfind('@', end);
  if (begin < text.size() && at != std::string::npos && at > begin)
    text.erase(begin + 2, at - begin - 1);
  text.resize(std::min(text.size(), kLongestShown));
  std::ranges::replace_if(text, [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; }, '?');
  return text;
}

Error unusable(const char* variable, std::string_view value, std::string_view why) {
  return Error{Code::unavailable,
               fmt::format("the server's {} is \"{}\", which cannot be used: {}", variable, value,
                           why.empty() ? "it has a query" : why),
               {}};
}

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// Buckets with dots do not fit the certificate of *.s3.REGION.amazonaws.com.
Result<WebUrl> url_of(const ObjectUrl& object, const ObjectStore& store) {
  const std::string key = "/" + encode_key(object.key);
  if (object.google)
    return read_web_url(fmt::format("https://storage.googleapis.com/{}{}", object.bucket, key));
  if (store.endpoint) {
    WebUrl url = *store.endpoint;
    if (url.target.ends_with('/')) url.target.pop_back();
    url.target += fmt::format("/{}{}", object.bucket, key);
    return url;
  }
  const bool in_path = object.bucket.find_first_of("._") != std::string::npos;
  return read_web_url(
      in_path ? fmt::format("https://s3.{}.amazonaws.com/{}{}", store.region, object.bucket, key)
              : fmt::format("https://{}.s3.{}.amazonaws.com{}", object.bucket, store.region, key));
}

Result<Target> object_target(std::string_view text, const AllowList& list,
                             const ObjectStore& store) {
  GLOWPLUG_ASSIGN(const ObjectUrl object, read_object_url(text));
  GLOWPLUG_TRY(list.check(object));
  if (!object.google && store.problem) return *store.problem;
  Target target;
  GLOWPLUG_ASSIGN(target.url, url_of(object, store));
  target.is_object = true;
  target.sign = !object.google && store.keys.has_value();
  if (!object.google && store.endpoint) target.addresses.kind = AddressRule::Kind::any;
  return target;
}

Result<Target> web_target(std::string_view text, const AllowList& list) {
  Target target;
  GLOWPLUG_ASSIGN(target.url, read_web_url(text));
  GLOWPLUG_ASSIGN(target.addresses, list.check(target.url));
  return target;
}

}  // namespace

ObjectStore ObjectStore::from_environment(const std::function<const char*(const char*)>& get) {
  ObjectStore store;
  AwsKeys keys{one_of(get, "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
               one_of(get, "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"),
               one_of(get, "AWS_SESSION_TOKEN", "AWS_SESSION_TOKEN")};
  if (!keys.id.empty() && !keys.secret.empty()) store.keys = std::move(keys);
  const std::string region = one_of(get, "AWS_REGION", "AWS_DEFAULT_REGION");
  if (!region.empty()) store.region = region;
  if (!is_region(store.region))
    store.problem = unusable("AWS_REGION", store.region, "it is no region");
  const std::string endpoint = one_of(get, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
  if (endpoint.empty()) return store;
  auto url = read_web_url(endpoint);
  if (!url || url->target.find('?') != std::string::npos)
    store.problem = unusable("AWS_ENDPOINT_URL", endpoint, url ? "" : url.error().message);
  else
    store.endpoint = *std::move(url);
  return store;
}

Result<Target> target_of(std::string_view url, const AllowList& list, const ObjectStore& store) {
  auto target = is_object_url(url) ? object_target(url, list, store) : web_target(url, list);
  if (!target) return std::move(target).error().in(fmt::format("\"{}\"", shown(url)));
  target->name = shown(url);
  return target;
}

}  // namespace glowplug::fetch
