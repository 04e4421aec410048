# SPDX-License-Identifier: Apache-2.0
"""Every file that people write starts with its SPDX line."""

from pathlib import Path

from wslib.style.finding import finding
from wslib.style.sources import ASSEMBLY, CPP, TABLES, files, text_of

LINE = "SPDX-License-Identifier: Apache-2.0"
ENDINGS = (*CPP, *ASSEMBLY, *TABLES, ".py", ".md", ".rst", ".cmake", ".ld", "CMakeLists.txt", "scripts/ws", "scripts/demo",
           "scripts/install", "scripts/test", "packages.txt")


def check(root: Path) -> list[str]:
    return [finding(path, 1, "no SPDX line", f"begin the file with `{LINE}`")
            for path in files(root, *ENDINGS) if LINE not in "".join(text_of(root, path).split("\n")[:3])]
