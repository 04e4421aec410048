# SPDX-License-Identifier: Apache-2.0
"""The files of a tree, and their lines with and without comments."""

import functools
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

CPP = (".cpp", ".hpp")  # a .h is for the assembler
ASSEMBLY = (".S", ".h")
TABLES = (".def",)

_COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


@functools.cache
def all_files(root: Path) -> tuple[str, ...]:
    """What Git has or would take, by paths from the root; of a tree without Git, all."""
    if (root / ".git").exists():
        command = ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
        # A file that is deleted and not yet committed is among Git's.
        return tuple(sorted({name for name in names if name and (root / name).is_file()}))
    return tuple(sorted(str(Path(folder, name).relative_to(root)) for folder, _, names in os.walk(root) for name in names))


def files(root: Path, *endings: str, within: tuple[str, ...] = ("",)) -> list[str]:
    return [path for path in all_files(root) if path.endswith(endings) and path.startswith(within)]


@functools.cache
def text_of(root: Path, path: str) -> str:
    return (root / path).read_text(encoding="utf-8")


@functools.cache
def code_of(root: Path, path: str) -> str:
    """The text with C++'s comments taken out. Its lines keep their numbers."""
    return _COMMENT_OR_TEXT.sub(_kept, text_of(root, path))


def matches(pattern: re.Pattern, text: str) -> Iterator[tuple[int, re.Match]]:
    """With the number of the line in which each begins."""
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match


def _kept(match: re.Match) -> str:
    return match[0] if match[0][0] == '"' else "\n" * match[0].count("\n")
