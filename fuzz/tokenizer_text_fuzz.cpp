// Any bytes are a text for a tokenizer of any kind. The first byte chooses how they are used.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "handler/text/compile_tokenizer.h"
#include "handler/text/testing/small_tokenizers.h"
#include "handler/text/tokenizer.h"

namespace {

namespace text = glowplug::handler::text;

struct Opened {
  explicit Opened(std::string_view json)
      : file(text::compile_tokenizer(json).value()),
        tokenizer(text::Tokenizer::open(file).value()) {}
  std::vector<std::byte> file;
  text::Tokenizer tokenizer;
};

const std::vector<Opened>& all() {
  static const std::vector<Opened>* const kAll = [] {
    auto* made = new std::vector<Opened>;
    made->reserve(text::testing::kSmallTokenizers.size());
    for (const auto json : text::testing::kSmallTokenizers) made->emplace_back(json);
    return made;
  }();
  return *kAll;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t middle = bytes.size() / 2;
  for (const Opened& one : all()) {
    text::EncodeOptions options = one.tokenizer.defaults();
    if ((data[0] & 1) != 0) options.truncation = text::Truncation{data[0], {}, text::Side::left};
    const auto encoding = (data[0] & 2) != 0 ? one.tokenizer.encode(bytes, {}, options)
                                             : one.tokenizer.encode(bytes.substr(0, middle),
                                                                    bytes.substr(middle), options);
    if (!encoding) continue;
    GLOWPLUG_CHECK(encoding->ids.size() == encoding->attention_mask.size());
    for (const std::uint32_t id : encoding->ids)
      GLOWPLUG_CHECK(id < one.tokenizer.vocabulary_size());
  }
  return 0;
}
