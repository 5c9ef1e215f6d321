#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fetch/url.h"

namespace glowplug::fetch {

/// Which addresses a host that is allowed may have.
struct AddressRule {
  enum class Kind {
    global,    ///< AddressClass::global only
    loopback,  ///< of an entry that names localhost
    exactly,   ///< of an entry that names an address
    any,       ///< of a server that the operator's environment names
  };
  Kind kind = Kind::global;
  std::optional<Address> address{};  ///< of `exactly`
  [[nodiscard]] bool allows(const Address& connected) const;
};

/// What a function may fetch: its setting `fetch_hosts`, a list with commas of
///
///     images.example.com       https, port 443
///     images.example.com:8443
///     *.example.com            every name below it, not itself
///     http://plain.example.com http; with `https://` the same as without
///     http://127.0.0.1:8123    this one address, though it is not public; also [::1], localhost
///     s3://bucket, gs://bucket objects
///
/// Names are compared as they are, so that "*.com" stands for nothing: at least two labels follow
/// the star.
class AllowList {
 public:
  AllowList() = default;
  /// Errors: invalid_argument naming the entry.
  [[nodiscard]] static Result<AllowList> parse(std::string_view text);
  /// What `parse` reads back.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool empty() const { return entries_.empty(); }

  /// Errors: permission_denied.
  [[nodiscard]] Result<AddressRule> check(const WebUrl& url) const;
  [[nodiscard]] Result<void> check(const ObjectUrl& url) const;

 private:
  struct Entry {
    enum class Kind { host, below, bucket };
    Kind kind = Kind::host;
    bool google = false;  // bucket
    bool secure = true;
    Host host;  // below: what follows "*."
    std::uint16_t port = 443;
    std::string bucket;
    std::string text;
  };
  [[nodiscard]] static Result<Entry> parse_entry(std::string_view text);
  [[nodiscard]] static bool fits(const Entry& entry, const WebUrl& url);

  std::vector<Entry> entries_;
};

}  // namespace glowplug::fetch
