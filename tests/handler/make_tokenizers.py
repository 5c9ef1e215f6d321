"""Trains the small tokenizers in tests/handler/tokenizers/, one of each kind that models use.

    .venv/bin/python tests/handler/make_tokenizers.py

The text is that of scikit-learn's descriptions of data sets and the sentences of texts.py.
"""
import base64
import json
import pathlib
import struct

import sklearn.datasets
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

import texts

HERE = pathlib.Path(__file__).resolve().parent
GPT4 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def corpus():
    folder = pathlib.Path(sklearn.datasets.__file__).parent / "descr"
    lines = [line.strip() for file in sorted(folder.glob("*.rst")) for line in file.read_text().splitlines()]
    return [line for line in lines if line] + texts.SENTENCES * 20


def save(tokenizer, name):
    tokenizer.save(str(HERE / "tokenizers" / f"{name}.json"), pretty=False)


def word_piece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(corpus(), trainers.WordPieceTrainer(vocab_size=2500, special_tokens=special, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.add_tokens([AddedToken("Extra", single_word=True), AddedToken("<extra>", lstrip=True, rstrip=True, normalized=False)])
    tokenizer.enable_padding(length=24, pad_id=0)
    tokenizer.enable_truncation(24)
    save(tokenizer, "word_piece")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, clean_text=True, handle_chinese_chars=True, strip_accents=False)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    save(tokenizer, "word_piece_cased")


def byte_level(name, prefix, special, processor):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    trainer = trainers.BpeTrainer(vocab_size=2000, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(corpus(), trainer)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processor
    return tokenizer


def byte_pairs():
    save(byte_level("gpt2", False, ["<|endoftext|>"], processors.ByteLevel(trim_offsets=False)), "gpt2")
    roberta = byte_level("roberta", True, ["<s>", "<pad>", "</s>", "<unk>"], processors.RobertaProcessing(("</s>", 2), ("<s>", 0)))
    roberta.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    save(roberta, "roberta")

    llama3 = byte_level("llama3", False, ["<|endoftext|>", "<s>"], None)
    llama3.model.ignore_merges = True
    llama3.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(GPT4), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    llama3.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False),
                                                 processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])])
    save(llama3, "llama3")


def llama():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=2000, special_tokens=special, limit_alphabet=150, show_progress=False))
    kept = tokenizer.to_str()
    parsed = json.loads(kept)
    parsed["added_tokens"] = [token for token in parsed["added_tokens"] if token["id"] < 3]
    tokenizer = Tokenizer.from_str(json.dumps(parsed))
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])
    save(tokenizer, "llama")


def clip():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>", continuing_subword_prefix="@@", fuse_unk=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"<s>|'s|'t|'re|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True)
    trainer = trainers.BpeTrainer(vocab_size=2500, special_tokens=["<unk>", "<s>"], end_of_word_suffix="</w>", continuing_subword_prefix="@@", limit_alphabet=200, show_progress=False)
    tokenizer.train_from_iterator(corpus(), trainer)
    save(tokenizer, "clip")


def charsmap(rules):
    """A SentencePiece charsmap of {text: replacement}: a double array as darts-clone lays it out, then the replacements."""
    blob, places = b"", {}
    for text, to in sorted(rules.items()):
        places[text.encode()] = len(blob)
        blob += to.encode() + b"\0"
    units, used = [0] * 65536, {0}
    bases = set()

    def place(prefix, at, label):
        children = sorted({key[len(prefix)] for key in places if key.startswith(prefix) and len(key) > len(prefix)})
        leaf = prefix in places
        labels = ([0] if leaf else []) + children
        base = next(b for b in range(1, 1 << 15) if b not in bases and all((at ^ b ^ one) not in used for one in labels))
        bases.add(base)
        units[at] = base << 10 | (256 if leaf else 0) | label
        for one in labels:
            used.add(at ^ base ^ one)
        if leaf:
            units[at ^ base] = places[prefix] | 1 << 31
        for one in children:
            place(prefix + bytes([one]), at ^ base ^ one, one)

    place(b"", 0, 0)
    units = units[:(max(used) | 255) + 1]
    return struct.pack(f"<I{len(units)}I", 4 * len(units), *units) + blob


def nfkc_rules():
    """NFKC of some blocks, and what SentencePiece's nmt_nfkc does with white space."""
    nfkc = normalizers.NFKC()
    rules = {}
    for low, high in [(0xA0, 0x17F), (0x2000, 0x2050), (0x2100, 0x218F), (0x2460, 0x24FF), (0x3000, 0x3010), (0xFB00, 0xFB06), (0xFF01, 0xFF9F)]:
        for point in range(low, high + 1):
            if nfkc.normalize_str(chr(point)) != chr(point):
                rules[chr(point)] = nfkc.normalize_str(chr(point))
    for base in "aeiouAEIOUnNcC":
        for mark in "\u0300\u0301\u0302\u0303\u0308\u0327":
            if len(nfkc.normalize_str(base + mark)) == 1:
                rules[base + mark] = nfkc.normalize_str(base + mark)
    rules |= {space: " " for space in ["\t", "\n", "\r", "\u200b", "\u2028", "\u3000", "\ufeff", "\u00a0"]} | {"\u0001": "", "\u007f": "", "\u00ad": ""}
    return rules


def unigram():
    trainer = trainers.UnigramTrainer(vocab_size=2000, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False)
    t5 = Tokenizer(models.Unigram())
    encoded = base64.b64encode(charsmap(nfkc_rules())).decode()
    parsed = json.loads(t5.to_str())
    parsed["normalizer"] = {"type": "Sequence", "normalizers": [{"type": "Precompiled", "precompiled_charsmap": encoded},
                                                                {"type": "Strip", "strip_left": False, "strip_right": True},
                                                                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "\u2581"}]}
    t5 = Tokenizer.from_str(json.dumps(parsed))
    t5.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    t5.train_from_iterator(corpus(), trainer)
    t5.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    save(t5, "t5")

    xlmr = Tokenizer(models.Unigram())
    xlmr.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    xlmr.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="first")])
    trainer = trainers.UnigramTrainer(vocab_size=2000, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False)
    xlmr.train_from_iterator(corpus(), trainer)
    xlmr.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    xlmr.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    save(xlmr, "xlmr")


def word_level():
    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)])
    tokenizer.train_from_iterator(corpus(), trainers.WordLevelTrainer(vocab_size=1500, special_tokens=["[PAD]", "[UNK]"], show_progress=False))
    tokenizer.enable_padding(direction="left", pad_to_multiple_of=8)
    save(tokenizer, "word_level")


def main():
    (HERE / "tokenizers").mkdir(exist_ok=True)
    for make in (word_piece, byte_pairs, llama, clip, unigram, word_level):
        make()


if __name__ == "__main__":
    main()
