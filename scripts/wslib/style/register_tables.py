# SPDX-License-Identifier: Apache-2.0
"""What hyp/arch/sysregs.def has, as far as the checks ask for it. No check itself."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from wslib.style.sources import code_of, matches

SYSREGS = "hyp/arch/sysregs.def"
FOLDER = "hyp/arch/"  # where the architecture's names and numbers stand

_ROW = re.compile(r"^SYSREG\((\w+),((?:\s*\d+,){5})", re.MULTILINE)
_FIELD = re.compile(r"\bFIELD(_E2H[01])?\((\w+),")


@dataclass(frozen=True)
class Row:
    line: int
    name: str
    encoding: str
    fields: tuple[tuple[int, str, str], ...]  # line, layout, name


@functools.cache
def rows(root: Path) -> list[Row]:
    if not (root / SYSREGS).is_file():
        return []
    text = code_of(root, SYSREGS)
    found = list(matches(_ROW, text))
    ends = [match.start() for _, match in found[1:]] + [len(text)]
    return [Row(line, match[1], "".join(match[2].split()), _fields(text[match.start():end], line))
            for (line, match), end in zip(found, ends)]


def _fields(text: str, first: int) -> tuple[tuple[int, str, str], ...]:
    return tuple((first + line - 1, match[1] or "", match[2]) for line, match in matches(_FIELD, text))
