# SPDX-License-Identifier: Apache-2.0
"""C++ is as .clang-format has it, by the one version of clang-format that Debian 12 and 13 both have: another one would
format some lines in another way."""

import re
import shutil
import subprocess
from pathlib import Path

from wslib.style.finding import NotChecked, finding
from wslib.style.sources import CPP, files

PROGRAM = "clang-format-19"

_PLACE = re.compile(r"^(.+?):(\d+):\d+: error: ", re.MULTILINE)


def check(root: Path) -> list[str]:
    if shutil.which(PROGRAM) is None:
        raise NotChecked(f"{PROGRAM} is not installed; scripts/install --tests installs it")
    paths = files(root, *CPP)
    if not paths:
        return []
    result = subprocess.run([PROGRAM, "--dry-run", "-Werror", *paths], cwd=root, capture_output=True, text=True)
    places: dict[str, list[int]] = {}
    for path, line in _PLACE.findall(result.stderr):
        places.setdefault(path, []).append(int(line))
    if result.returncode and not places:
        raise RuntimeError(f"{PROGRAM} failed: {result.stderr.strip()}")
    return [finding(path, lines[0], f"{_count(len(lines))} not as .clang-format has it", f"run {PROGRAM} -i {path}")
            for path, lines in places.items()]


def _count(places: int) -> str:
    return "this place is" if places == 1 else f"this place and {places - 1} more are"
