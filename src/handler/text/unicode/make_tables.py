"""Writes tables.inc: what the `tokenizers` library and the libraries below it know of each code point.

They do not agree on a version of Unicode (normalization has 9, its categories 7, its regular expressions 16, lower case and segmentation 17), and
equal tokens need equal tables. So each table is read out of `tokenizers` itself, one code point at a time; only the classes of grapheme clusters,
which cannot be seen from there, come from the `regex` package.

    python make_tables.py           # needs tokenizers of scripts/requirements.txt and regex 2026.11.19, on Python 3.11; takes two minutes
"""
import pathlib
import unicodedata

import regex
import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
HERE = pathlib.Path(__file__).resolve().parent


def pieces(pre_tokenizer, text):
    return [piece for piece, _ in pre_tokenizer.pre_tokenize_str(text)]


def all_where(test):
    return {c for c in POINTS if test(chr(c))}


def matches(pattern):
    """Code points that the engine of regular expressions matches; a matched text vanishes."""
    split = pre_tokenizers.Split(Regex(pattern), "removed")
    return all_where(lambda c: not pieces(split, c))


def masks():
    """{code point: bits}; the order of the bits is that of `Property` in unicode.h."""
    clean = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    accents = normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
    punctuation, digits = pre_tokenizers.Punctuation("removed"), pre_tokenizers.Digits(True)
    words = pre_tokenizers.Whitespace()
    sets = [
        all_where(lambda c: clean.normalize_str(c) == ""),
        all_where(lambda c: not pieces(punctuation, c)),
        all_where(lambda c: accents.normalize_str(c) == ""),
        all_where(lambda c: normalizers.StripAccents().normalize_str(c) == ""),
        all_where(lambda c: len(pieces(digits, "a" + c)) == 2),
        all_where(lambda c: pieces(words, "a" + c) == ["a" + c]),
        all_where(lambda c: not pieces(pre_tokenizers.WhitespaceSplit(), c)),
        matches(r"\p{L}"),
        matches(r"\p{N}"),
        matches(r"\s"),
    ]
    # What this table cannot say, the code takes as given.
    assert all(normalizers.Strip().normalize_str(chr(c)) == "" for c in sets[6])
    assert all(pieces(words, "a" + chr(c)) == ["a"] for c in sets[6]), "\\s of both engines is White_Space"
    assert sets[6] == sets[9]
    return {c: sum(1 << bit for bit, members in enumerate(sets) if c in members) for c in POINTS}


def lower_pairs():
    normalizer = normalizers.Lowercase()
    for c in POINTS:
        low = normalizer.normalize_str(chr(c))
        if low != chr(c):
            yield c, [ord(x) for x in low]


def decompositions():
    """(code point, canonical, compatible), each fully decomposed; Hangul syllables are computed instead."""
    nfd, nfkd = normalizers.NFD(), normalizers.NFKD()
    for c in POINTS:
        if not 0xAC00 <= c < 0xAC00 + 11172:
            text = chr(c)
            canonical, compatible = nfd.normalize_str(text), nfkd.normalize_str(text)
            if compatible != text:
                yield c, canonical, compatible


def compositions(decomposed):
    nfc = normalizers.NFC()
    for c, canonical, _ in decomposed:
        if canonical != chr(c) and nfc.normalize_str(canonical) == chr(c):
            first = nfc.normalize_str(canonical[:-1])
            assert len(first) == 1
            yield ord(first), ord(canonical[-1]), c


def combining_classes():
    nfd = normalizers.NFD()
    for c in POINTS:
        value = unicodedata.combining(chr(c))
        if value and nfd.normalize_str(chr(c)) == chr(c):
            moved = nfd.normalize_str(chr(c) + "\u0334") != chr(c) + "\u0334" if value > 1 else nfd.normalize_str("\u0345" + chr(c))[0] == chr(c)
            if moved:
                yield c, value


def scripts():
    """{code point: number of its script}, 0 where it never splits."""
    split = pre_tokenizers.UnicodeScripts()
    known = []  # one character of each

    def number(text):
        if len(pieces(split, "a" + text + "a")) == 1 and len(pieces(split, "\u0430" + text + "\u0430")) == 1:
            return 0
        for n, other in enumerate(known):
            if len(pieces(split, other + text)) == 1:
                return n + 1
        known.append(text)
        return len(known)

    numbers, previous = {}, None
    for c in POINTS:
        if previous is not None and numbers[previous] and len(pieces(split, chr(previous) + chr(c))) == 1 and number(chr(c)) != 0:
            numbers[c] = numbers[previous]
        else:
            numbers[c] = number(chr(c))
        previous = c
    return numbers


BREAKS = ["", r"\p{GCB=CR}", r"\p{GCB=LF}", r"\p{GCB=Control}", r"\p{GCB=Extend}", r"\p{GCB=ZWJ}", r"\p{GCB=Regional_Indicator}", r"\p{GCB=Prepend}",
          r"\p{GCB=SpacingMark}", r"\p{GCB=L}", r"\p{GCB=V}", r"\p{GCB=T}", r"\p{GCB=LV}", r"\p{GCB=LVT}", r"\p{Extended_Pictographic}"]
CONJUNCT = {r"\p{InCB=Consonant}": 16, r"\p{InCB=Linker}": 32, r"\p{InCB=Extend}": 64}


def grapheme_breaks():
    """{code point: class of grapheme clusters, plus bits of the Indic conjunct break}; the order is that of graphemes.cpp."""
    classes = {}
    for number, pattern in list(enumerate(BREAKS))[1:]:
        for c in POINTS:
            if regex.match(pattern, chr(c)):
                classes[c] = number
    for pattern, bit in CONJUNCT.items():
        for c in POINTS:
            if regex.match(pattern, chr(c)):
                classes[c] = classes.get(c, 0) | bit
    return classes


CATEGORIES = ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs",
              "Zl", "Zp", "Cc", "Cf", "Co"]


def newer_categories():
    """{code point: number of its category} where the engine of `tokenizers` knows another one than Unicode 14, which PCRE2 10.42 has."""
    assert unicodedata.unidata_version.startswith("14."), "run by a Python whose Unicode is that of PCRE2"
    found = {}
    for number, name in enumerate(CATEGORIES):
        for c in matches(r"\p{" + name + "}"):
            if unicodedata.category(chr(c)) != name:
                found[c] = number + 1
    return found


def ranges(values):
    """{code point: value} as (first, last, value), without value 0; surrogates, which no text holds, may lie inside."""
    rows, start, last, value = [], None, None, 0
    for c in POINTS:
        now = values.get(c, 0)
        if now != value or (last is not None and c != last + 1 and c != 0xE000):
            if value:
                rows.append((start, last, value))
            start, value = c, now
        last = c
    if value:
        rows.append((start, last, value))
    return rows


def write(file, name, element, rows):
    file.write(f"inline constexpr {element} {name}[] = {{\n")
    line = ""
    for row in rows:
        text = "{" + ",".join(f"{n:#x}" if n > 9 else str(n) for n in row) + "}," if isinstance(row, tuple) else f"{row:#x},"
        if len(line) + len(text) > 150:
            file.write(line + "\n")
            line = ""
        line += text
    file.write(line + "\n};\n")


def main():
    decomposed = list(decompositions())
    pool, rows = [], []
    for c, canonical, compatible in decomposed:
        at = len(pool)
        pool += [ord(x) for x in compatible]
        same = canonical == compatible
        if not same and canonical != chr(c):
            second = len(pool)
            pool += [ord(x) for x in canonical]
        else:
            second = at
        rows.append((c, at, len(compatible), second, len(canonical) if canonical != chr(c) else 0))
    assert len(pool) < 65536
    with open(HERE / "tables.inc", "w", encoding="ascii") as file:
        file.write(f"// Made by make_tables.py of tokenizers {tokenizers.__version__} and regex {regex.__version__}; not written by hand.\n// clang-format off\n")
        write(file, "kProperties", "MaskRange", ranges(masks()))
        lower = dict(lower_pairs())
        assert [c for c, low in lower.items() if len(low) > 1] == [0x130] and lower[0x130] == [0x69, 0x307]
        write(file, "kLower", "Pair", [(c, low[0]) for c, low in lower.items()])
        write(file, "kDecompositions", "Decomposition", rows)
        write(file, "kDecompositionPool", "char32_t", pool)
        write(file, "kCompositions", "Composition", sorted(compositions(decomposed)))
        write(file, "kCombiningClasses", "ByteRange", ranges(dict(combining_classes())))
        write(file, "kScripts", "ByteRange", ranges(scripts()))
        write(file, "kGraphemeBreaks", "ByteRange", ranges(grapheme_breaks()))
        write(file, "kNewerCategories", "ByteRange", ranges(newer_categories()))


if __name__ == "__main__":
    main()
