#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "fetch/allow_list.h"

namespace glowplug::fetch {

/// Keys of Signature V4, as AWS's own tools find them in the environment.
struct AwsKeys {
  std::string id;
  std::string secret;
  std::string session;  ///< of temporary ones; may be empty
};

/// Where objects of s3:// are.
struct ObjectStore {
  std::optional<AwsKeys> keys;  ///< none: objects that anybody may read
  std::string region = "us-east-1";
  std::optional<WebUrl> endpoint;  ///< of another server than AWS, or of a private endpoint

  std::optional<Error> problem;  ///< why no object can be fetched

  /// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN; AWS_REGION or
  /// AWS_DEFAULT_REGION; AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL. `get` gives null for what is not
  /// set. What is wrong with them is a `problem`.
  [[nodiscard]] static ObjectStore from_environment(
      const std::function<const char*(const char*)>& get);
};

/// One GET that is allowed.
struct Target {
  WebUrl url;
  std::string name;  ///< the URL as the client knows it, without its query, for errors
  AddressRule addresses;
  bool is_object = false;  ///< redirects are not followed
  bool sign = false;       ///< with the keys of the store
};

/// What to get for a URL that a client named. Errors: invalid_argument (no URL), permission_denied
/// (not in the list); each names the URL. The store's problem.
[[nodiscard]] Result<Target> target_of(std::string_view url, const AllowList& list,
                                       const ObjectStore& store);

}  // namespace glowplug::fetch
