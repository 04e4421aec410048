# SPDX-License-Identifier: Apache-2.0
"""The encoding of a system register stands in hyp/arch alone; others call the register by its name."""

import re
from pathlib import Path

from wslib.style.finding import finding
from wslib.style.register_tables import FOLDER
from wslib.style.sources import ASSEMBLY, CPP, code_of, files, matches

_WRITTEN = re.compile(r"\bS([0-3])_[0-7]_[Cc](\d+)_[Cc]\d+_[0-7]\b|\b(?:SysregEncoding\s*\w*|key\()\{\s*\d")
# Arm names no register there (Arm ARM D12.3.2): op0 3 with CRn 11 or 15.
_NAMELESS = {("3", "11"), ("3", "15")}
# What the assembler does not let pass by its name, and why.
_EXCEPT = {"S2_0_C1_C0_0": "MDRAR_EL1 written: it is read-only, which a guest's test wants to see"}
# What tests say is compared with the table, so it does not come from there.
_FOLDERS = ("guests/", "hyp/", "scripts/", "viewer/")


def check(root: Path) -> list[str]:
    return [finding(path, line, f"`{match[0]}` is an encoding",
                    "write the register's name, or info(SysregId::NAME).encoding; what has no row in sysregs.def gets one in hyp/arch")
            for path in files(root, *CPP, *ASSEMBLY, within=_FOLDERS) if not path.startswith(FOLDER)
            for line, match in matches(_WRITTEN, code_of(root, path)) if match[0] not in _EXCEPT and (match[1], match[2]) not in _NAMELESS]
