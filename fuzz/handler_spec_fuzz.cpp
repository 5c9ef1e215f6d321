// Specs of handlers, "handler" in a manifest: each makes a handler or a table for one of several
// models, or an error that says what is wrong. What is made answers.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "handler/handler.h"
#include "handler/media/media_inputs.h"
#include "handler/spec.h"
#include "handler/table.h"

namespace {

using namespace glowplug;  // NOLINT(google-build-using-namespace)

class NoAssets final : public handler::Assets {
 public:
  Result<std::span<const std::byte>> get(std::string_view name) override {
    return Error{Code::not_found, std::string(name), {}};
  }
};

Signature table() {
  Signature signature;
  signature.inputs = {{"plan", Datatype::bytes, {-1, 1}, false, {}},
                      {"months", Datatype::int8, {-1}, false, {}}};
  signature.outputs = {{"label", Datatype::int64, {-1}, false, {}},
                       {"scores", Datatype::fp32, {-1, 3}, false, {"a", "b", "c"}}};
  return signature;
}

Signature picture() {
  Signature signature;
  signature.inputs = {{"x", Datatype::fp32, {-1, 3, 8, 8}, false, {}}};
  signature.outputs = {{"boxes", Datatype::fp32, {-1, 5, 4}, false, {}},
                       {"scores", Datatype::fp32, {-1, 5, 2}, false, {"a", "b"}}};
  return signature;
}

Signature wide() {
  Signature signature;
  signature.inputs = {{"x", Datatype::uint8, {-1, 4}, false, {}}};
  signature.outputs = {{"y", Datatype::fp32, {-1, 2}, false, {}}};
  return signature;
}

void check_failure(const Error& error) { GLOWPLUG_CHECK(!error.message.empty()); }

void make(const Json& spec, const Signature& signature) {
  NoAssets assets;
  if (!handler::is_table(spec)) {
    const auto made =
        handler::Handler::create(spec, signature, assets, handler::media::make_media_input);
    if (!made) check_failure(made.error());
    return;
  }
  const auto made = handler::Table::create(spec, signature);
  if (!made) return check_failure(made.error());
  for (const std::string_view body : {"plan,months\na,1\n", "1,2,3,4\n", "1;2;3;4\n"})
    if (const auto read = made->read("text/csv", body, {}); !read) check_failure(read.error());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  const auto spec = parse_json({reinterpret_cast<const char*>(data), size});
  if (!spec) return 0;
  if (const auto checked = handler::check_spec(*spec); !checked) return 0;
  for (const Signature& signature : {table(), picture(), wide()}) make(*spec, signature);
  return 0;
}
