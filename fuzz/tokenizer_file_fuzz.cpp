// A flat file of a tokenizer from anywhere is refused, or used without a step outside.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "handler/text/tokenizer.h"

namespace text = glowplug::handler::text;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto tokenizer = text::Tokenizer::open(std::as_bytes(std::span(data, size)));
  if (!tokenizer) return 0;
  text::EncodeOptions options = tokenizer->defaults();
  if (options.padding) {
    // What a file may ask for, but takes long: millions of tokens of padding.
    if (options.padding->fixed.value_or(0) > 4096) options.padding->fixed = 4096;
    if (options.padding->multiple_of > 4096) options.padding->multiple_of = 4096;
  }
  for (const char* one :
       {"Unaffable, ab é 中文 <mask> 12", "  \xFF\t\xE2\x82", "a\u0301\u0344 [PAD]whole"}) {
    const auto encoding = tokenizer->encode(one, "ab a", options);
    if (!encoding) continue;
    GLOWPLUG_CHECK(encoding->ids.size() == encoding->type_ids.size());
    GLOWPLUG_CHECK(encoding->ids.size() == encoding->attention_mask.size());
  }
  return 0;
}
