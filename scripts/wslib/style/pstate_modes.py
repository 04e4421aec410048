# SPDX-License-Identifier: Apache-2.0
"""The numbers of PSTATE's modes (M[4:0]: EL0t, EL1t, EL1h ...) stand in hyp/arch alone."""

import re
from pathlib import Path

from wslib.style.finding import finding
from wslib.style.register_tables import FOLDER
from wslib.style.sources import CPP, code_of, files, matches

# 0x3c5 and its like: D, A, I and F masked, and a mode; 0x1d0: AArch32's User.
_WRITTEN = re.compile(r"\bkEl[0-3][th]\w*\s*=\s*(?:0x[0-9a-f]+|0b[01]+|\d+)|\b0x3c[04589cd]\b|\b0x1d0\b")
_FOLDERS = ("guests/", "hyp/", "viewer/")


def check(root: Path) -> list[str]:
    return [finding(path, line, f"`{match[0]}` is a mode of PSTATE", f"take it from {FOLDER}")
            for path in files(root, *CPP, within=_FOLDERS) if not path.startswith(FOLDER)
            for line, match in matches(_WRITTEN, code_of(root, path))]
