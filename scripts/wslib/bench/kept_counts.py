# SPDX-License-Identifier: Apache-2.0
"""Counts that are kept in the repository. They are those of one compiler's code, so there is a folder for each compiler that
somebody has looked at: tests/qemu/golden/gcc-VERSION."""

import json
import re
from pathlib import Path

from .. import process
from ..paths import BUILD, ROOT

KEPT = ROOT / "tests/qemu/golden"
ABLATION = "ablation.json"


def compiler() -> str:
    """Of the hypervisor that is built, as the folders are named."""
    try:
        cache = (BUILD / "hyp/CMakeCache.txt").read_text(encoding="utf-8")
    except OSError:
        return "none"
    path = re.search(r"^WS_CROSS_CXX:\w+=(.*)$", cache, re.MULTILINE)[1]
    return f"gcc-{process.first_line([path, '-dumpfullversion'])}"


def folder() -> Path:
    """Of this compiler; it need not be there."""
    return KEPT / compiler()


def kept_compilers() -> list[str]:
    return sorted(place.name for place in KEPT.iterdir() if place.is_dir())


def why_none(what: str, command: str) -> str:
    """Where this compiler has none: in a sentence, with what makes them."""
    return f"no {what} are kept for {compiler()}, only for {', '.join(kept_compilers())}: {command} keeps them"


def ablation() -> tuple[dict, str]:
    """The ablation's figures and whose they are: of this compiler if they are kept, else of the first one that is."""
    own = folder() / ABLATION
    file = own if own.exists() else sorted(KEPT.glob(f"*/{ABLATION}"))[0]
    return json.loads(file.read_text(encoding="utf-8")), file.parent.name
