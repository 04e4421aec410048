# SPDX-License-Identifier: Apache-2.0
"""`#if` stands in hyp/arch/hw alone: elsewhere the code is what the compiler sees, in every build."""

import re
from pathlib import Path, PurePosixPath

from wslib.style.finding import finding
from wslib.style.sources import ASSEMBLY, CPP, TABLES, files, matches, code_of

FOLDER = "hyp/arch/hw/"
# Other files that may, and why.
EXCEPT = {
    "catch.hpp": "Catch2 has other headers in version 2 (Debian 12) than in 3 (Debian 13)",
    "window.cpp": "GLFW 3.3 (Debian 12) has no GLFW_PLATFORM",
}

_CONDITION = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef)\b.*", re.MULTILINE)


def check(root: Path) -> list[str]:
    return [finding(path, line, f"`{match[0].strip()}` outside {FOLDER}",
                    "use `if constexpr`, or files between which CMake chooses")
            for path in files(root, *CPP, *ASSEMBLY, *TABLES)
            if not path.startswith(FOLDER) and PurePosixPath(path).name not in EXCEPT
            for line, match in matches(_CONDITION, code_of(root, path))]
