# SPDX-License-Identifier: Apache-2.0
"""Comments have one width, that of .editorconfig and .clang-format, in the languages too that clang-format does not know."""

import re
from pathlib import Path

from wslib.style.finding import finding
from wslib.style.sources import ASSEMBLY, CPP, TABLES, files, text_of

WIDTH = 120

_COMMENTS = {
    re.compile(r"\s*//"): (*CPP, *ASSEMBLY, *TABLES),
    re.compile(r"\s*#"): (".py", ".cmake", "CMakeLists.txt", "packages.txt", "scripts/demo", "scripts/install", "scripts/test"),
}


def check(root: Path) -> list[str]:
    return [finding(path, number, f"this comment has {len(line)} columns, and {WIDTH} is the width", "break it earlier")
            for begin, endings in _COMMENTS.items() for path in files(root, *endings)
            for number, line in enumerate(text_of(root, path).split("\n"), 1) if len(line) > WIDTH and begin.match(line)]
