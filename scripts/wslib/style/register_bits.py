# SPDX-License-Identifier: Apache-2.0
"""A bit of a register is written once, in hyp/arch: no constant elsewhere has the name of a register or of a field and a
number of its own."""

import functools
import re
from pathlib import Path

from wslib.style.finding import finding
from wslib.style.register_tables import FOLDER, rows
from wslib.style.sources import ASSEMBLY, CPP, code_of, files, matches

_FOLDERS = ("guests/", "hyp/", "scripts/", "viewer/")  # tests have numbers of their own, to compare with the table's
_STATEMENT = re.compile(r"\bconstexpr\s[^;(){}]*?\b(k[A-Z]\w*\s*=[^;]*);")
_CONSTANT = re.compile(r"\b(k[A-Z]\w*)\s*=\s*([^,;]+)")
_DEFINED = re.compile(r"^[ \t]*(?:#[ \t]*define[ \t]+|\.(?:equ|set)[ \t]+)(\w+),?[ \t]+(.+)$", re.MULTILINE)
_PYTHON = re.compile(r"^[ \t]*_?([A-Z][A-Z0-9_]*) = (.+)$", re.MULTILINE)
_NUMBER = re.compile(r"(?<![\w.])(0x[0-9a-fA-F]|0b[01]|\d+ *<<|\d+U?L* *<<)")
_FIELD = re.compile(r"n?[A-Z0-9]{3,}$")  # not a word, such as Priority
_PIECE = re.compile(r"[A-Z][a-z0-9]*|[a-z0-9]+|_")


def check(root: Path) -> list[str]:
    return [finding(path, line, f"{name} has a bit of {register} of its own", f"take it from the tables of {FOLDER}: reg::REGISTER::FIELD.mask()")
            for path in files(root, *CPP, *ASSEMBLY, ".py", within=_FOLDERS) if not path.startswith(FOLDER)
            for line, name, value in _constants(root, path) if _NUMBER.search(value)
            for register in [_register(root, name)] if register]


def _constants(root: Path, path: str):
    code = code_of(root, path)
    if path.endswith(".py"):
        yield from ((line, match[1], match[2]) for line, match in matches(_PYTHON, code))
        return
    for line, statement in matches(_STATEMENT, code):
        yield from ((line, match[1], match[2]) for match in _CONSTANT.finditer(statement[1]))
    yield from ((line, match[1], match[2]) for line, match in matches(_DEFINED, code))


def _register(root: Path, name: str) -> str | None:
    """Whose name this constant has: kHcrTge and HCR_TGE have HCR_EL2's, kTge has that of its field TGE. kHcr has none: it is
    what its program writes there."""
    registers, fields = _names(root)
    pieces = _PIECE.findall(name[1:]) if name.startswith("k") else name.split("_")
    if len(pieces) > 1 and pieces[0].upper() in registers:
        return registers[pieces[0].upper()]
    return fields.get(name[1:].upper()) if name.startswith("k") else None


@functools.cache
def _names(root: Path) -> tuple[dict[str, str], dict[str, str]]:
    registers, fields = {}, {}
    for row in rows(root):
        registers.setdefault(row.name.split("_EL")[0], row.name)
        if row.name.startswith("ID_"):
            continue  # its fields have the names of what the CPU has, not of bits that one sets
        for _, _, field in row.fields:
            if _FIELD.match(field):
                fields.setdefault(field.upper(), f"{row.name}.{field}")
    return registers, fields
