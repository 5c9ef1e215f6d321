#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "front/http/refusal.h"

namespace glowplug::front::http {

/// Decompresses a request body as its pieces come. `gzip` takes several members (RFC 1952);
/// `deflate` takes zlib streams (RFC 1950), which the coding is, and raw ones (RFC 1951), which
/// some clients send.
class Inflater {
 public:
  enum class Form { gzip, deflate };
  /// `max_bytes`: more than that is refused (413), and never held.
  Inflater(Form form, std::uint64_t max_bytes);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Appends what `bytes` give to `out`. Refusals: 400 (not of the form), 413.
  [[nodiscard]] std::optional<Refusal> add(std::string_view bytes, std::string& out);
  /// Called at the end of the body; a body without a byte is a body of none. Refusals: 400 (cut
  /// off).
  [[nodiscard]] std::optional<Refusal> finish() const;

 private:
  struct Stream;
  [[nodiscard]] bool start(std::string_view& bytes);
  [[nodiscard]] std::optional<Refusal> inflate_all(std::string_view bytes, std::string& out);
  [[nodiscard]] std::optional<Refusal> broken() const;
  [[nodiscard]] std::string_view name() const;

  Form form_;
  std::uint64_t max_bytes_;
  std::string first_bytes_;         // of deflate, until two tell which kind it is
  std::unique_ptr<Stream> stream_;  // null until then
  bool ended_ = false;              // at the end of a member
};

}  // namespace glowplug::front::http
