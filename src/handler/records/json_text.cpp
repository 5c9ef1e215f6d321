#include "handler/records/json_text.h"

#include "base/json.h"

namespace glowplug::handler::records {

Result<void> append_json_string(std::string& to, std::string_view text) {
  try {
    to += Json(text).dump();
    return {};
  } catch (const Json::exception&) {
    return Error{Code::invalid_argument,
                 "a string of the answer is not UTF-8; use POST /v2/models/{name}/infer with "
                 "binary data",
                 {}};
  }
}

}  // namespace glowplug::handler::records
