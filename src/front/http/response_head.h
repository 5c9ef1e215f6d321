#pragma once
#include <ctime>
#include <string>
#include <string_view>

#include "front/http/http_message.h"

namespace glowplug::front::http {

/// "Date: Wed, 25 Nov 2026 12:00:00 GMT\r\n", made once a second (RFC 9110 section 5.6.7).
class DateLine {
 public:
  [[nodiscard]] std::string_view at(std::time_t now);

 private:
  std::time_t second_ = -1;
  std::string line_;
};

/// How the connection goes on after an answer.
enum class AfterAnswer {
  keep,             ///< HTTP/1.1's default, not said
  keep_and_say_so,  ///< the client speaks HTTP/1.0
  close
};

/// Status line and fields with their empty line: the answer's own, Date, Content-Length (but with
/// 1xx and 204, which have no body) and Connection. Control bytes in values become spaces.
[[nodiscard]] std::string response_head(const HttpAnswer& answer, std::string_view date_line,
                                        AfterAnswer after);
/// Whether a status has no body whatever the answer holds (1xx, 204, 304).
[[nodiscard]] bool has_no_body(int status);

}  // namespace glowplug::front::http
