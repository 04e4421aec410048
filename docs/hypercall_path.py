# SPDX-License-Identifier: Apache-2.0
"""What there is to read of one hypercall in each design: the lines of the sources, counted in the sources.

PATH lists the functions in the order in which they run. What a function needs for its types alone is in VOCABULARY, whole files,
read once for all that follows. What happens seldom is not on the path: a packet that is full, an interrupt, a request.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DESIGNS = ("split", "el2", "vhe")
MOST = 900  # lines of a path


@dataclass(frozen=True)
class Station:
    """Functions of a file, which these designs run."""

    file: str
    names: tuple[str, ...]
    what: str
    designs: tuple[str, ...] = DESIGNS


@dataclass(frozen=True)
class Part:
    """Lines of a file: the first and the last, counted from 1."""

    name: str
    first: int
    last: int


def lines_of(file: str, name: str) -> Part:
    """A function, a macro or a type with the comment above it."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    begins = _begin_in_assembly if file.endswith((".S", ".h")) else _begin_in_cpp
    found = [at for at in range(len(lines)) if begins(lines, at, name)]
    if len(found) != 1:
        raise ValueError(f"{file} has {name} {len(found)} times; the page of the path needs it once")
    ends = _end_in_assembly if file.endswith((".S", ".h")) else _end_in_cpp
    return Part(name, _with_comment(lines, found[0]) + 1, ends(lines, found[0], name) + 1)


def _begin_in_assembly(lines: list[str], at: int, name: str) -> bool:
    return re.match(rf"\s*\.macro {name}\b|{name}:", lines[at]) is not None and not _is_empty_macro(lines, at)


def _is_empty_macro(lines: list[str], at: int) -> bool:
    """As trace_macros.h has them for a build that does not record."""
    return ".macro" in lines[at] and ".endm" in lines[at + 1]


def _end_in_assembly(lines: list[str], at: int, name: str) -> int:
    end = r"\s*\.endm" if ".macro" in lines[at] else rf"\s*\.size {name},"
    return next(after for after in range(at, len(lines)) if re.match(end, lines[after]))


def _begin_in_cpp(lines: list[str], at: int, name: str) -> bool:
    line = lines[at]
    defined = re.search(rf"(?:^|[ :*&~]){re.escape(name)}(?:\(| = |\[|<| \{{| : )", line)
    if not defined or line.lstrip().startswith(("//", "return", "using")):
        return False
    before = line[:defined.start() + 1].strip()
    if not before and not name[0].isupper():
        return False   # a call
    return _body(lines, at) is not None and re.search(r"[=,(?!]|\breturn\b|\.$", before) is None


def _body(lines: list[str], at: int) -> int | None:
    """The line with the brace that opens the body, if this is no declaration."""
    for line in range(at, min(at + 4, len(lines))):
        text = lines[line].split("//")[0].rstrip()
        if text.endswith("{") or re.search(r"\{.*\}[;,]?$", text):
            return line
        if text.endswith(";"):
            return None
    return None


def _end_in_cpp(lines: list[str], at: int, _name: str) -> int:
    opened = _body(lines, at)
    if not lines[opened].split("//")[0].rstrip().endswith("{"):
        return opened
    indent = len(lines[at]) - len(lines[at].lstrip())
    return next(after for after in range(opened + 1, len(lines)) if re.match(rf" {{{indent}}}\}}", lines[after]))


def _with_comment(lines: list[str], at: int) -> int:
    """The comment, the template's head and the assembler's .type and .global belong to it."""
    while at > 0 and re.match(r"\s*(//|template\b|\.type\b|\.global\b|\.balign\b)", lines[at - 1]):
        at -= 1
    return at
