#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "fetch/curl.h"
#include "fetch/target.h"

namespace glowplug::fetch {

/// What was fetched.
struct Fetched {
  std::string content_type;  ///< as the server named it; else empty
  std::string path;          ///< of the last URL: its suffix may say the type
  std::string bytes;
};

/// Bytes that several transfers hold together, and may.
struct HeldBytes {
  std::size_t now = 0;
  std::size_t most = 0;
  [[nodiscard]] bool has_room(std::size_t more) const { return now <= most && more <= most - now; }
};

/// One GET with its redirects, by libcurl. On the fetcher's thread.
class Transfer {
 public:
  struct Limits {
    std::size_t max_bytes = 0;
    Time deadline;
    HeldBytes& of_request;
    HeldBytes& of_all;
  };
  /// All of `curl`, `list`, `store` and the counters outlive *this.
  Transfer(const Curl& curl, Target target, const AllowList& list, const ObjectStore& store,
           Limits limits);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// The handle to be added to a multi handle, set up for the next hop. Errors: exhausted (memory).
  [[nodiscard]] Result<CURL*> begin();
  /// After libcurl ended the hop. True: `begin` again, for a redirect. Errors: permission_denied (a
  /// redirect or an address that is not allowed), invalid_argument (the server answered 4xx),
  /// too_large, unavailable (not reachable, 5xx, broken), deadline_exceeded.
  [[nodiscard]] Result<bool> end(CURLcode code);
  /// Still counted as held: who takes it gives the bytes back.
  [[nodiscard]] Fetched take();

 private:
  static std::size_t on_bytes(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  [[nodiscard]] bool set_up(CURL* handle);
  [[nodiscard]] bool sign(CURL* handle);
  [[nodiscard]] Error failed(CURLcode code) const;
  [[nodiscard]] Result<bool> follow(long status);
  [[nodiscard]] Error about(Code code, std::string text) const;
  [[nodiscard]] std::optional<Error> room_for(std::size_t more) const;
  void drop_bytes();

  const Curl& curl_;
  Target target_;
  const AllowList& list_;
  const ObjectStore& store_;
  Limits limits_;
  CURL* handle_ = nullptr;
  curl_slist* headers_ = nullptr;
  int redirects_ = 0;
  std::string bytes_;
  std::size_t thrown_away_ = 0;  // of a redirect's body
  std::optional<AddressClass> refused_address_;
  std::optional<Error> no_room_;
  bool encoded_ = false;
};

}  // namespace glowplug::fetch
