"""Our tokens against those of Hugging Face's `tokenizers`: ids, types and both masks have to be equal, text by text."""
import json
import pathlib
import sys

import pytest
import tokenizers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import texts  # noqa: E402
from ours import SIDES, STRATEGIES, Ours  # noqa: E402

FILES = sorted((pathlib.Path(__file__).resolve().parent / "tokenizers").glob("*.json"))
FIELDS = ["ids", "type_ids", "attention_mask", "special_tokens_mask"]
NO_LIMITS = {"truncation": {"max_length": 10**6, "strategy": 0, "side": 0}, "padding": {"fixed": 0, "multiple_of": 0, "side": 0, "id": 0, "type_id": 0}}


def decoded(text):
    return tuple(decoded(part) for part in text) if isinstance(text, tuple) else text.decode("utf-8", errors="replace")


def compare(us, theirs, given, add_special_tokens=True, **options):
    """Fails with the first text that differs."""
    ours = us.encode(given, add_special_tokens=add_special_tokens, **options)
    assert "error" not in ours, ours
    wanted = theirs.encode_batch([decoded(text) for text in given], add_special_tokens=add_special_tokens)
    for place, encoding in enumerate(wanted):
        for field in FIELDS:
            assert ours[field][place] == getattr(encoding, field), f"{field} of {decoded(given[place])!r}\ntokens: {encoding.tokens}"


def compare_all(us, theirs, given, **options):
    for at in range(0, len(given), 250):
        compare(us, theirs, given[at:at + 250], **options)


def in_pairs(given):
    return list(zip(given[::2], given[1::2]))


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def both(request):
    """Our tokenizer and theirs of one trained file."""
    with Ours(request.param) as us:
        yield us, tokenizers.Tokenizer.from_file(str(request.param))


def test_singles_and_pairs(both):
    us, theirs = both
    theirs.no_padding()
    theirs.no_truncation()
    given = texts.texts(12_000, seed=7)
    compare_all(us, theirs, given[:8000], **NO_LIMITS)
    compare_all(us, theirs, in_pairs(given[8000:]), **NO_LIMITS)
    compare_all(us, theirs, given[:500], add_special_tokens=False, **NO_LIMITS)
    compare_all(us, theirs, in_pairs(given[:500]), add_special_tokens=False, **NO_LIMITS)


def test_what_the_file_says_of_lengths(both):
    us, theirs = both
    given = texts.texts(1500, seed=8)
    compare_all(us, theirs, given[:1000])
    compare_all(us, theirs, in_pairs(given[1000:]))


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("fixed, multiple", [(None, 0), (None, 8), (20, 0), (5, 4)])
def test_lengths(both, strategy, side, fixed, multiple):
    us, theirs = both
    given = [(first[:60], second[:300]) for first, second in in_pairs(texts.texts(300, seed=9))]
    options = {"truncation": {"max_length": 40, "strategy": STRATEGIES[strategy], "side": SIDES[side]},
               "padding": {"fixed": fixed, "multiple_of": multiple, "side": SIDES[side], "id": 1, "type_id": 2}}
    theirs.enable_truncation(40, strategy=strategy, direction=side)
    theirs.enable_padding(direction=side, pad_id=1, pad_type_id=2, length=fixed, pad_to_multiple_of=multiple or None)
    fitting = []
    for pair in given:
        try:
            theirs.encode(*decoded(pair))
            fitting.append(pair)
        except Exception:  # too short to give enough; ours has to say so too
            assert "error" in us.encode([pair], **options), pair
    assert len(fitting) > 5
    compare(us, theirs, fitting, **options)
    if strategy != "only_second":
        compare(us, theirs, [first + second for first, second in given], **options)


# A model that shows where pieces end: its tokens are the bytes of each piece and one more for its end.
PROBE = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": "|", "fuse_unk": False, "byte_fallback": True,
         "ignore_merges": False, "vocab": {f"<0x{byte:02X}>": byte for byte in range(256)}, "merges": []}


def sequence(kind, *parts):
    return {"type": "Sequence", kind: list(parts)}


def plain(name, **more):
    return {"type": name, **more}


def metaspace(**more):
    return plain("Metaspace", replacement="\u2581", **more)


NORMALIZERS = [plain(name) for name in ("StripAccents", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Nmt", "ByteLevel")] + [
    plain("BertNormalizer", clean_text=clean, handle_chinese_chars=chinese, strip_accents=accents, lowercase=lower)
    for clean, chinese, accents, lower in [(True, True, None, True), (True, False, False, True), (False, True, True, False), (False, False, None, False)]] + [
    plain("Strip", strip_left=True, strip_right=True), plain("Strip", strip_left=True, strip_right=False), plain("Strip", strip_left=False, strip_right=True),
    plain("Prepend", prepend="ab"), plain("Replace", pattern={"String": "an"}, content="\u2581x"), plain("Replace", pattern={"Regex": r"\s{2,}|[a-c]+"}, content=""),
    plain("Replace", pattern={"Regex": r"e*"}, content="-"), sequence("normalizers", plain("NFKD"), sequence("normalizers", plain("StripAccents"), plain("Lowercase")), plain("NFC"))]
BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
         r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
REGEXES = [O200K, DEEPSEEK, r"\w+|[^\w\s]+", r"\p{N}", r"\d{2,}", r"\s", r"\S+", r"[一-龥぀-ゟ゠-ヿ]+", r"(?<=\p{L})\p{M}+", r"\bt|\Bh", r"^.|.$", r"\p{P}|\p{^L}\p{Z}", r"\h+"]
PRE_TOKENIZERS = [plain(name) for name in ("BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts")] + [
    plain("ByteLevel", add_prefix_space=prefix, trim_offsets=True, use_regex=regex) for prefix in (True, False) for regex in (True, False)] + [
    plain("Digits", individual_digits=True), plain("Digits", individual_digits=False), plain("FixedLength", length=3)] + [
    metaspace(prepend_scheme=scheme, split=split) for scheme in ("always", "first", "never") for split in (True, False)] + [
    metaspace(add_prefix_space=True), metaspace(add_prefix_space=False, prepend_scheme="never")] + [
    plain("Punctuation", behavior=behavior) for behavior in BEHAVIORS] + [
    plain("Split", pattern={"String": "e"}, behavior=behavior, invert=invert) for behavior in BEHAVIORS for invert in (True, False)] + [
    plain("Split", pattern={"Regex": r"\p{L}+"}, behavior=behavior, invert=invert) for behavior in BEHAVIORS for invert in (True, False)] + [
    plain("Split", pattern={"Regex": regex}, behavior="Isolated", invert=False) for regex in REGEXES] + [
    sequence("pretokenizers", plain("Whitespace"), sequence("pretokenizers", plain("Punctuation", behavior="Isolated"), metaspace(prepend_scheme="first")))]
ADDED = [("Extra", False, False, False, True), ("extra", True, False, False, False), ("<extra>", False, True, True, False), ("<s>", True, True, True, True), (" e", False, False, True, True),
         ("中", False, True, False, False), ("\u0301", False, False, False, False)]


def probe(tmp_path, normalizer=None, pre_tokenizer=None, added=()):
    """Both tokenizers with the probing model."""
    tokens = [{"id": 256 + place, "content": content, "single_word": single, "lstrip": left, "rstrip": right, "normalized": normalized, "special": False}
              for place, (content, single, left, right, normalized) in enumerate(added)]
    file = tmp_path / "tokenizer.json"
    file.write_text(json.dumps({"version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens, "normalizer": normalizer, "pre_tokenizer": pre_tokenizer,
                                "post_processor": None, "decoder": None, "model": PROBE}))
    return file, tokenizers.Tokenizer.from_file(str(file))


@pytest.mark.parametrize("normalizer", NORMALIZERS, ids=lambda one: json.dumps(one)[:80])
def test_normalizers(tmp_path, normalizer):
    # Metaspace "first" asks whether a piece still begins where the text did.
    for pre_tokenizer in (None, metaspace(prepend_scheme="first"), sequence("pretokenizers", plain("WhitespaceSplit"), metaspace(prepend_scheme="first"))):
        file, theirs = probe(tmp_path, normalizer, pre_tokenizer, ADDED[2:3])
        with Ours(file) as us:
            compare_all(us, theirs, texts.texts(1000, seed=10))


@pytest.mark.parametrize("pre_tokenizer", PRE_TOKENIZERS, ids=lambda one: json.dumps(one)[:80])
def test_pre_tokenizers(tmp_path, pre_tokenizer):
    file, theirs = probe(tmp_path, None, pre_tokenizer, ADDED[2:3])
    with Ours(file) as us:
        compare_all(us, theirs, texts.texts(1500, seed=11))


@pytest.mark.parametrize("normalizer", [None, plain("Lowercase"), plain("Strip", strip_left=True, strip_right=True), plain("NFD")], ids=str)
def test_added_tokens(tmp_path, normalizer):
    added = ADDED if normalizer != plain("Lowercase") else ADDED[1:]
    file, theirs = probe(tmp_path, normalizer, plain("WhitespaceSplit"), added)
    given = [b" ".join(pieces) for pieces in zip(texts.texts(2000, seed=12), [b"Extra", b"<extra>", b"<s> e", "\u00e9 中".encode()] * 500, texts.texts(2000, seed=13))]
    with Ours(file) as us:
        compare_all(us, theirs, given + [b"".join(part.split(b" ")) for part in given])


def test_every_code_point(tmp_path):
    """One by one through the parts that look into tables."""
    points = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
    given = ["\n".join(f"a{chr(c)}b" for c in points[at:at + 512]).encode() for at in range(0, len(points), 512)]
    for normalizer, pre_tokenizer in [(plain("BertNormalizer", clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True), plain("BertPreTokenizer")),
                                      (sequence("normalizers", plain("NFKD"), plain("StripAccents"), plain("Lowercase")), plain("Whitespace")), (plain("NFC"), plain("UnicodeScripts")),
                                      (plain("NFKC"), plain("ByteLevel", add_prefix_space=False, trim_offsets=True, use_regex=True)), (None, plain("Digits", individual_digits=False)),
                                      (plain("Nmt"), plain("Split", pattern={"Regex": O200K}, behavior="Isolated", invert=False)),
                                      (None, plain("Split", pattern={"Regex": r"\w+|\d|\s|\p{P}|\p{S}|\p{M}"}, behavior="Isolated", invert=False))]:
        file, theirs = probe(tmp_path, normalizer, pre_tokenizer)
        with Ours(file) as us:
            compare_all(us, theirs, given)


def test_what_is_not_supported_is_refused_by_name(tmp_path):
    file, _ = probe(tmp_path)
    broken = json.loads(file.read_text())
    broken["pre_tokenizer"] = {"type": "Nonsense"}
    file.write_text(json.dumps(broken))
    with Ours(file) as us:
        assert us.compiled["code"] == 10 and '"Nonsense" is not supported; supported: BertPreTokenizer' in us.compiled["error"]
