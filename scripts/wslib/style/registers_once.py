# SPDX-License-Identifier: Apache-2.0
"""The table of system registers has each name, each encoding and each field once, spelt as Arm spells it."""

import re
from pathlib import Path

from wslib.style.finding import finding
from wslib.style.register_tables import SYSREGS, Row, rows

_LAYOUT_IN_NAME = re.compile(r"_E2H[01]$")


def check(root: Path) -> list[str]:
    found = []
    seen: dict[str, int] = {}
    for row in rows(root):
        for what in (row.name, row.encoding):
            if what in seen:
                found.append(finding(SYSREGS, row.line, f"{what.rstrip(',')} is in line {seen[what]} already",
                                     "a register has one row"))
            seen.setdefault(what, row.line)
        found += _look_at_fields(row)
    return found


def _look_at_fields(row: Row) -> list[str]:
    found = []
    seen = set()
    for line, layout, name in row.fields:
        if (layout, name) in seen:
            found.append(finding(SYSREGS, line, f"{row.name} has a field {name} already", "a field stands once"))
        seen.add((layout, name))
        if _LAYOUT_IN_NAME.search(name):
            found.append(finding(SYSREGS, line, f"{name} is no name of Arm's",
                                 "leave out the layout: FIELD_E2H0 or FIELD_E2H1 says which one has the field"))
    return found
