#include "fetch/transfer.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/units.h"

namespace glowplug::fetch {
namespace {

constexpr int kMostRedirects = 5;
constexpr long kFirstServerError = 500;
constexpr std::size_t kMostOfARedirect = std::size_t{64} << 10;
constexpr long kTooManyRequests = 429;
constexpr long kOk = 200;

long ms_until(Time deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now()).count();
  return std::max<long>(1, static_cast<long>(left));
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool begins_with_field(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         std::ranges::equal(line.substr(0, name.size()), name, [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? char(a + ('a' - 'A')) : a) == b;
         });
}

std::string_view value_of_field(std::string_view line, std::size_t name) {
  line.remove_prefix(name + 1);
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n' || line.back() == ' '))
    line.remove_suffix(1);
  return line;
}

}  // namespace

Transfer::Transfer(const Curl& curl, Target target, const AllowList& list, const ObjectStore& store,
                   Limits limits)
    : curl_(curl), target_(std::move(target)), list_(list), store_(store), limits_(limits) {}

Transfer::~Transfer() {
  drop_bytes();
  if (handle_ != nullptr) curl_.easy_cleanup(handle_);
  curl_.slist_free_all(headers_);
}

Result<CURL*> Transfer::begin() {
  // A new one for each hop: nothing of the last one is left.
  if (handle_ != nullptr) curl_.easy_cleanup(handle_);
  handle_ = curl_.easy_init();
  if (handle_ == nullptr || !set_up(handle_))
    return about(Code::unavailable, "cannot be fetched: libcurl refuses the request");
  return handle_;
}

bool Transfer::set_up(CURL* handle) {
  bool fine = true;
  const auto set = [&](CURLoption option, auto value) {
    fine = fine && curl_.easy_setopt(handle, option, value) == CURLE_OK;
  };
  const std::string url = target_.url.text();
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, target_.url.secure ? "https" : "http");
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");  // an environment's proxy would connect where nothing is checked
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // else the end of one waits until its name is resolved
  set(CURLOPT_USERAGENT, "glowplug");
  set(CURLOPT_TIMEOUT_MS, ms_until(limits_.deadline));
  set(CURLOPT_WRITEFUNCTION, &on_bytes);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_OPENSOCKETFUNCTION, &on_socket);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  if (const char* const bundle = std::getenv("SSL_CERT_FILE"); bundle != nullptr)
    set(CURLOPT_CAINFO, bundle);
  if (target_.addresses.kind != AddressRule::Kind::global) {
    // Connections that are kept serve every function: only to addresses that all may have.
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
  }
  return fine && (!target_.sign || sign(handle));
}

bool Transfer::sign(CURL* handle) {
  const AwsKeys& keys = *store_.keys;
  const std::string scope = fmt::format("aws:amz:{}:s3", store_.region);
  if (!keys.session.empty() && headers_ == nullptr)
    headers_ = curl_.slist_append(nullptr, ("x-amz-security-token: " + keys.session).c_str());
  return curl_.easy_setopt(handle, CURLOPT_AWS_SIGV4, scope.c_str()) == CURLE_OK &&
         curl_.easy_setopt(handle, CURLOPT_USERNAME, keys.id.c_str()) == CURLE_OK &&
         curl_.easy_setopt(handle, CURLOPT_PASSWORD, keys.secret.c_str()) == CURLE_OK &&
         curl_.easy_setopt(handle, CURLOPT_HTTPHEADER, headers_) == CURLE_OK;
}

curl_socket_t Transfer::on_socket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto to = address_of(address->addr, address->addrlen);
  if (!to || !transfer.target_.addresses.allows(*to)) {
    transfer.refused_address_ = to ? class_of(*to) : AddressClass::reserved;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// Compressed bodies are not asked for. One that comes all the same would be taken for the input.
std::size_t Transfer::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  constexpr std::string_view kEncoding = "content-encoding";
  const std::string_view line(bytes, size * count);
  if (begins_with_field(line, kEncoding)) {
    const std::string_view value = value_of_field(line, kEncoding.size());
    if (!value.empty() && value != "identity") static_cast<Transfer*>(self)->encoded_ = true;
  }
  return line.size();
}

std::size_t Transfer::on_bytes(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t length = size * count;
  long status = 0;
  transfer.curl_.easy_getinfo(transfer.handle_, CURLINFO_RESPONSE_CODE, &status);
  if (is_redirect(status)) {  // read to its end: only then libcurl tells where it leads
    transfer.thrown_away_ += length;
    return transfer.thrown_away_ > kMostOfARedirect ? 0 : length;
  }
  if (status != kOk || transfer.encoded_) return 0;  // nobody reads it: the hop ends here
  transfer.no_room_ = transfer.room_for(length);
  if (transfer.no_room_) return 0;
  transfer.bytes_.append(bytes, length);
  transfer.limits_.of_request.now += length;
  transfer.limits_.of_all.now += length;
  return length;
}

std::optional<Error> Transfer::room_for(std::size_t more) const {
  if (more > limits_.max_bytes - bytes_.size())
    return about(Code::too_large, fmt::format("is larger than {} (limit fetch_max_bytes)",
                                              format_size(limits_.max_bytes)));
  if (!limits_.of_request.has_room(more))
    return about(Code::too_large,
                 fmt::format("and the request's other inputs are together larger than {} (limit "
                             "max_body)",
                             format_size(limits_.of_request.most)));
  if (!limits_.of_all.has_room(more))
    return about(Code::unavailable,
                 "cannot be fetched now: other fetches hold the memory that it needs");
  return std::nullopt;
}

Result<bool> Transfer::end(CURLcode code) {
  if (no_room_) return *no_room_;
  long status = 0;
  curl_.easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  const bool cut_by_us = code == CURLE_WRITE_ERROR && (status != kOk || encoded_);
  if (code != CURLE_OK && !cut_by_us) return failed(code);
  if (is_redirect(status)) return follow(status);
  if (status == kTooManyRequests || status >= kFirstServerError)
    return about(Code::unavailable, fmt::format("was answered {} by its server", status));
  if (status != kOk)
    return about(Code::invalid_argument,
                 fmt::format("was answered {} by its server; 200 was expected", status));
  if (encoded_)
    return about(Code::invalid_argument,
                 "comes compressed (Content-Encoding), which was not asked for");
  return false;
}

Result<bool> Transfer::follow(long status) {
  if (target_.is_object)
    return about(Code::permission_denied,
                 fmt::format("was answered {}: redirects of objects are not followed; is it in "
                             "another region?",
                             status));
  if (++redirects_ > kMostRedirects)
    return about(Code::permission_denied,
                 fmt::format("redirects more than {} times", kMostRedirects));
  const char* location = nullptr;
  curl_.easy_getinfo(handle_, CURLINFO_REDIRECT_URL, &location);
  if (location == nullptr)
    return about(Code::invalid_argument,
                 fmt::format("was answered {} without a Location, or with a long body", status));
  const std::string_view to = location;
  auto next = is_object_url(to) ? Result<Target>(about(Code::permission_denied, "to an object"))
                                : target_of(to, list_, store_);
  if (!next) return about(Code::permission_denied, "redirects to " + next.error().message);
  next->name = std::move(target_.name);
  target_ = *std::move(next);
  drop_bytes();
  refused_address_.reset();
  return true;
}

Error Transfer::failed(CURLcode code) const {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return about(Code::deadline_exceeded, "did not come in time (limit fetch_timeout)");
    case CURLE_COULDNT_RESOLVE_HOST:
      return about(Code::unavailable, fmt::format("cannot be fetched: the name {} is not resolved",
                                                  target_.url.host.text));
    case CURLE_COULDNT_CONNECT:
      if (!refused_address_) break;
      return about(Code::permission_denied,
                   fmt::format("is not fetched: {} has a {} address; a public one was expected",
                               target_.url.host.text, name_of(*refused_address_)));
    default:
      break;
  }
  return about(Code::unavailable, fmt::format("cannot be fetched: {}", curl_.easy_strerror(code)));
}

Error Transfer::about(Code code, std::string text) const {
  return Error{code, fmt::format("\"{}\" {}", target_.name, text), {}};
}

void Transfer::drop_bytes() {
  limits_.of_request.now -= bytes_.size();
  limits_.of_all.now -= bytes_.size();
  bytes_.clear();
  thrown_away_ = 0;
  encoded_ = false;
}

Fetched Transfer::take() {
  Fetched fetched;
  const char* type = nullptr;
  curl_.easy_getinfo(handle_, CURLINFO_CONTENT_TYPE, &type);
  if (type != nullptr) fetched.content_type = type;
  fetched.path = target_.url.target.substr(0, target_.url.target.find('?'));
  fetched.bytes = std::exchange(bytes_, {});
  return fetched;
}

}  // namespace glowplug::fetch
