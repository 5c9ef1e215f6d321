#pragma once
#include <array>
#include <string_view>

/// A small tokenizer.json of each kind, for tests and fuzzers.
namespace glowplug::handler::text::testing {

inline constexpr std::string_view kWordPiece = R"({"version":"1.0",
"truncation":{"max_length":8,"strategy":"LongestFirst","stride":0},
"padding":{"strategy":"BatchLongest","direction":"Right","pad_to_multiple_of":null,"pad_id":0,"pad_type_id":0,"pad_token":"[PAD]"},
"added_tokens":[{"id":0,"content":"[PAD]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
{"id":12,"content":"Whole","single_word":true,"lstrip":true,"rstrip":true,"normalized":true,"special":false}],
"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
"pre_tokenizer":{"type":"BertPreTokenizer"},
"post_processor":{"type":"TemplateProcessing",
"single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],
"pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}},
{"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"[SEP]","type_id":1}}],
"special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},
"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":10,
"vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"un":4,"##aff":5,"##able":6,"able":7,"a":8,"##a":9,",":10,"中":11}}})";

inline constexpr std::string_view kByteFallback = R"({"normalizer":{"type":"Sequence","normalizers":
[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
"pre_tokenizer":null,"post_processor":null,"added_tokens":[],
"model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,"ignore_merges":false,
"vocab":{"<unk>":0,"▁":1,"a":2,"b":3,"ab":4,"▁ab":5,"<0xC3>":6,"<0xA9>":7},"merges":["a b",["▁","ab"]]}})";

inline constexpr std::string_view kByteLevel = R"({"normalizer":{"type":"NFC"},
"pre_tokenizer":{"type":"Sequence","pretokenizers":[
{"type":"Split","pattern":{"Regex":"(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|\\s+(?!\\S)|\\s+"},"behavior":"Isolated","invert":false},
{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}]},
"post_processor":{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",1],"trim_offsets":true,"add_prefix_space":true},
"added_tokens":[{"id":9,"content":"<mask>","single_word":false,"lstrip":true,"rstrip":false,"normalized":false,"special":true}],
"model":{"type":"BPE","unk_token":null,"ignore_merges":true,"vocab":{"Ġ":0,"<s>":1,"</s>":2,"a":3,"b":4,"Ġa":5,"ab":6,"Ã":7,"©":8},
"merges":["Ġ a","a b"]}})";

inline constexpr std::string_view kUnigram =
    R"({"normalizer":{"type":"Sequence","normalizers":[{"type":"Nmt"},{"type":"NFKC"},
{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "},
{"type":"Precompiled","precompiled_charsmap":"BAAAAAAAAAA="}]},
"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true},
"post_processor":{"type":"BertProcessing","sep":["</s>",1],"cls":["<s>",0]},"added_tokens":[],
"model":{"type":"Unigram","unk_id":2,"byte_fallback":false,
"vocab":[["<s>",0.0],["</s>",0.0],["<unk>",0.0],["▁",-2.0],["a",-3.0],["b",-3.5],["ab",-4.0],["▁a",-2.5],["▁ab",-6.0]]}})";

inline constexpr std::string_view kWordLevel =
    R"({"normalizer":{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"},
{"type":"Lowercase"},{"type":"Strip","strip_left":true,"strip_right":true}]},
"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Whitespace"},{"type":"Digits","individual_digits":true},{"type":"UnicodeScripts"},
{"type":"Punctuation","behavior":"Contiguous"},{"type":"CharDelimiterSplit","delimiter":"-"},{"type":"FixedLength","length":6}]},
"post_processor":null,"added_tokens":[],"model":{"type":"WordLevel","unk_token":"[UNK]","vocab":{"[UNK]":0,"cafe":1,"1":2,"2":3}}})";

inline constexpr std::array<std::string_view, 5> kSmallTokenizers = {
    kWordPiece, kByteFallback, kByteLevel, kUnigram, kWordLevel};

}  // namespace glowplug::handler::text::testing
