"""Compares the #include lines of src/ with the declared DEPENDS of each part, and their order with the table in src/README.md.

A part is a folder with `glowplug_part(name DEPENDS ...)` in its CMakeLists.txt. Its sources may include only its own headers and those of parts
in DEPENDS; its tests also those in TEST_DEPENDS. What is declared must be used. Run by ctest: `python3 tests/part_dependencies_test.py`.
"""
import pathlib
import re
import sys

SRC = pathlib.Path(__file__).resolve().parent.parent / "src"
KEYWORDS = {"DEPENDS", "LIBRARIES", "SOURCES", "TESTS", "TEST_DEPENDS", "TEST_LIBRARIES", "TEST_LABELS"}
OPTIONS = {"HOT", "COLD"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def declarations():
    """{folder relative to src: {"name": ..., "DEPENDS": [...], ...}} of every part."""
    parts = {}
    for file in sorted(SRC.rglob("CMakeLists.txt")):
        text = re.sub(r"#.*", "", file.read_text())
        for call in re.findall(r"glowplug_part\(([^)]*)\)", text):
            words = call.split()
            part = {"name": words[0]}
            key = None
            for word in words[1:]:
                if word in OPTIONS:
                    continue
                if word in KEYWORDS:
                    key = word
                    part[key] = []
                else:
                    part[key].append(word)
            parts[file.parent.relative_to(SRC).as_posix()] = part
    return parts


def part_of(include, folders):
    """The deepest part folder that holds this path; None for what is not in src/ (generated or foreign)."""
    path = pathlib.PurePosixPath(include)
    for parent in path.parents:
        if parent.as_posix() in folders:
            return parent.as_posix()
    return None


def order_of_table():
    """Part folders in the order of the table in src/README.md; the last cell of a row may name sub-folders."""
    rows = [line for line in (SRC / "README.md").read_text().splitlines() if line.startswith("| `")]
    return [re.match(r"\| `([^`]+)/`", row).group(1) for row in rows]


def main():
    parts = declarations()
    names = {part["name"]: folder for folder, part in parts.items()}
    complaints = []
    table = order_of_table()
    for folder, part in parts.items():
        allowed = {names.get(name, name) for name in part.get("DEPENDS", [])}
        in_tests = {names.get(name, name) for name in part.get("TEST_DEPENDS", [])}
        used = set()
        test_sources = set(part.get("TESTS", []))
        for source in sorted(p for p in (SRC / folder).rglob("*") if p.suffix in {".h", ".cpp"}):
            if part_of(source.relative_to(SRC).as_posix(), parts) != folder:
                continue  # of a part deeper down
            is_test = source.relative_to(SRC / folder).as_posix() in test_sources or "testing" in source.parts or source.stem.endswith("_test")
            for include in INCLUDE.findall(source.read_text()):
                other = part_of(include, parts)
                if other is None or other == folder:
                    continue
                used.add(other)
                if other not in allowed and not (is_test and other in in_tests):
                    complaints.append(f'{source.relative_to(SRC)}: includes "{include}", but {folder} does not declare {parts[other]["name"]}')
        for other in sorted((allowed | in_tests) - used):
            complaints.append(f"{folder}: declares {other} and includes nothing of it")
        top = folder.split("/")[0]
        if top not in table:
            complaints.append(f"{folder}: has no row in src/README.md")
            continue
        for other in allowed:
            other_top = other.split("/")[0]
            if other_top != top and other_top in table and table.index(other_top) > table.index(top):
                complaints.append(f"{folder}: depends on {other}, which stands below it in src/README.md")
    print("\n".join(complaints) if complaints else f"{len(parts)} parts: includes and declarations agree")
    return 1 if complaints or not parts else 0


if __name__ == "__main__":
    sys.exit(main())
