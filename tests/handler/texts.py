"""Texts of every kind for comparing tokenizers: the same ones for the same seed."""
import random

SENTENCES = [
    "The quick brown fox jumps over the lazy dog; it isn't amused, they've said.", "Don't panic: 3.14159 is about 22/7, or 1,000,000 * 0.00000314!",
    "Größe, Straße, façade, naïve coöperation, Œuvre, İstanbul, ΑΒΓ Σίσυφος.", "Привет, мир! Ёлка — это дерево, 42 штуки.", "שלום עולם, מה שלומך היום?",
    "مرحبا بالعالم، كيف حالك؟ ٣٤٥", "नमस्ते दुनिया, क्षत्रिय १२३", "สวัสดีชาวโลก ๑๒๓", "你好，世界！我們去學校。", "こんにちは世界。カタカナとひらがなと漢字ー。",
    "안녕하세요 세계, 한글입니다.", "Γειά σου Κόσμε", "გამარჯობა მსოფლიო", "Բարեւ աշխարհ", "ሰላም ልዑል", "ជំរាបសួរ", "ສະບາຍດີ", "မင်္ဂလာပါ", "བཀྲ་ཤིས་བདེ་ལེགས།", "வணக்கம் உலகம்",
    "Xin chào thế giới, tiếng Việt", "👩‍👩‍👧‍👦 family, 🏳️‍🌈 flag, 👍🏽 thumb, 🇩🇪🇫🇷 flags, ❤️‍🔥", "ﬁne ligatures ﬀ ½ ² ① ㎏ ㌀ Ⅷ ｆｕｌｌ　ｗｉｄｔｈ", "e\u0301a\u0300o\u0308\u0323 \u1e9b\u0323 q\u0307\u0323 \u0344",
    "def f(x):\n\treturn x**2  # two  spaces\r\n\r\n\n  end", "https://example.org/a?b=c&d=%20#e user@example.com @name #tag $12.50 100%", "a\u200bb\u200cc\u200dd\ufeffe\u00adf\u2028g\u2029h\u0085i\u00a0j\u3000k",
    "__init__ snake_case CamelCase UPPER lower 'quoted' \"double\" `code` ~tilde^", "...!!! ??? --- ___ *** ((())) [[]] {{}}", "1234567890 0x1F 1e10 ½ ४२ ⅣⅤ",
]
SPECIALS = ["[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "<s>", "</s>", "<pad>", "<unk>", "<mask>", "<|endoftext|>", "<extra>", "Extra", "extra", " <mask> ", "[mask]", "<0x41>"]
BLOCKS = [(0x20, 0x7E), (0xA0, 0xFF), (0x100, 0x24F), (0x250, 0x2AF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x530, 0x58F), (0x590, 0x5FF), (0x600, 0x6FF), (0x700, 0x74F),
          (0x900, 0x97F), (0x980, 0x9FF), (0xA00, 0xB7F), (0xB80, 0xD7F), (0xD80, 0xEFF), (0xF00, 0xFFF), (0x1000, 0x109F), (0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1200, 0x139F),
          (0x13A0, 0x167F), (0x1680, 0x171F), (0x1780, 0x18AF), (0x1AB0, 0x1AFF), (0x1C80, 0x1CFF), (0x1D00, 0x1DBF), (0x1DC0, 0x1DFF), (0x1E00, 0x1FFF), (0x2000, 0x206F),
          (0x2070, 0x20CF), (0x20D0, 0x20FF), (0x2100, 0x218F), (0x2190, 0x23FF), (0x2460, 0x24FF), (0x2500, 0x27BF), (0x2C00, 0x2DFF), (0x2E80, 0x2FFF), (0x3000, 0x303F),
          (0x3040, 0x30FF), (0x3100, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF), (0xA4D0, 0xABFF), (0xAC00, 0xD7A3), (0xD7B0, 0xD7FF), (0xE000, 0xF8FF),
          (0xF900, 0xFAFF), (0xFB00, 0xFDFF), (0xFE00, 0xFE2F), (0xFE30, 0xFFEF), (0xFFF0, 0xFFFF), (0x10000, 0x103FF), (0x10400, 0x107FF), (0x10800, 0x10FFF), (0x11000, 0x115FF),
          (0x11600, 0x11FFF), (0x12000, 0x1254F), (0x13000, 0x1345F), (0x16800, 0x16FFF), (0x17000, 0x18CFF), (0x1B000, 0x1BCFF), (0x1CC00, 0x1CEBF), (0x1D000, 0x1D3FF),
          (0x1D400, 0x1D7FF), (0x1E000, 0x1EFFF), (0x1F000, 0x1F2FF), (0x1F300, 0x1FAFF), (0x1FB00, 0x1FBFF), (0x20000, 0x2A6DF), (0x2A700, 0x2EE5F), (0x2F800, 0x2FA1F),
          (0x30000, 0x323AF), (0xE0000, 0xE01EF), (0xF0000, 0xF00FF), (0x10FF00, 0x10FFFF)]
EMOJI = ["👩", "👨", "👧", "❤", "🏳", "🌈", "🔥", "👍", "😀", "🧑", "🚀", "©", "®", "☝", "1", "#"]
JOINERS = ["\u200d", "\ufe0f", "\u20e3", "\U0001f3fd", "\U0001f1e9", "\U0001f1eb", "\u0301", "\u094d"]
SPACES = [" ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", "\u00a0", "\u2003", "\u3000", "\u0085", "\u2028", "\u180e", "\u200b", "\x0b", "\x0c", "\x1c", "\u1680"]


def point(rng, low, high):
    while True:
        c = rng.randint(low, high)
        if not 0xD800 <= c <= 0xDFFF:
            return chr(c)


def from_block(rng):
    low, high = rng.choice(BLOCKS)
    return "".join(point(rng, low, high) for _ in range(rng.randint(1, 12)))


def mixed_case(rng):
    return "".join(rng.choice([c.upper(), c.lower(), c]) for c in rng.choice(SENTENCES))


def marks(rng):
    return "".join(rng.choice("aeiouyAEqnʻ가각कक") + "".join(point(rng, *rng.choice([(0x300, 0x36F), (0x591, 0x5BD), (0x64B, 0x655), (0x93C, 0x94D), (0x1DC0, 0x1DFF),
                   (0x1AB0, 0x1ACE), (0x302A, 0x302F), (0x11A8, 0x11C2), (0x8D3, 0x8FF)])) for _ in range(rng.randint(0, 4))) for _ in range(rng.randint(1, 6)))


def broken(rng):
    data = bytearray(rng.choice(SENTENCES).encode())
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data))
        choice = rng.randrange(4)
        if choice == 0:
            data[at] = rng.randrange(256)
        elif choice == 1:
            del data[at]
        elif choice == 2:
            data[at:at] = rng.choice([b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\xe1\x80", b"\xff", b"\xf1\x80\x80\xe1\x80\xc2"])
        else:
            data = data[:at] or bytearray(b"\xe2\x82")
        data = data or bytearray(b"\x80")
    return bytes(data)


def part(rng):
    kind = rng.randrange(14)
    if kind < 3:
        words = rng.choice(SENTENCES).split(" ")
        at = rng.randrange(len(words))
        return " ".join(words[at:at + rng.randint(1, 8)])
    if kind < 6:
        return from_block(rng)
    if kind == 6:
        return mixed_case(rng)
    if kind == 7:
        return "".join(rng.choice(EMOJI) + rng.choice(JOINERS + [""]) for _ in range(rng.randint(1, 6)))
    if kind == 8:
        return marks(rng)
    if kind == 9:
        return "".join(rng.choice(SPACES) for _ in range(rng.randint(1, 5)))
    if kind == 10:
        return rng.choice(SPECIALS)
    if kind == 11:
        return "".join(point(rng, 0, 0x10FFFF) for _ in range(rng.randint(1, 8)))
    if kind == 12:
        return "".join(chr(rng.randrange(0, 0xA0)) for _ in range(rng.randint(1, 12)))
    return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz'0123456789.,") for _ in range(rng.randint(1, 20)))


def long_word(rng):
    return rng.choice(["a", "ab", "été", "漢", "x" * 99 + " ", "ⅷ", "😀", " ", "'s", "1"]) * rng.randint(40, 400)


def texts(count, seed):
    """`count` byte strings, most of them UTF-8."""
    rng = random.Random(seed)
    made = [b"", b" ", b"\x00", "\u0301".encode(), "\ufeff".encode(), b"\xff", b"a" * 100, b"a" * 101, "é".encode() * 100]
    while len(made) < count:
        kind = rng.randrange(20)
        if kind == 0:
            made.append(broken(rng))
        elif kind == 1:
            made.append(long_word(rng).encode())
        elif kind == 2:
            made.append(rng.choice(SENTENCES).encode())
        else:
            made.append(rng.choice(["", " ", "  "]).join(part(rng) for _ in range(rng.randint(1, 6))).encode())
    return made[:count]
