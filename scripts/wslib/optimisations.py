# SPDX-License-Identifier: Apache-2.0
"""The optimisations that the vhe design can be built without: hyp/trace/format/optimisations.def."""

import re

from .paths import ROOT

_TABLE = (ROOT / "hyp/trace/format/optimisations.def").read_text(encoding="utf-8")
# Name -> its bit, in the table's order.
BITS = {name: 1 << int(bit) for bit, name in re.findall(r'^OPTIMISATION\((\d+), (\w+), "', _TABLE, re.MULTILINE)}
ALL = sum(BITS.values())
NONE = 0

SYNTAX = "all, none, the names of those that are on (" + ",".join(BITS) + "), or their number as in an image's name"


def parse_optimisations(text: str) -> int:
    """A set of optimisations as one number. Hyphens in names will do as well."""
    if text in ("all", "none"):
        return ALL if text == "all" else NONE
    if re.fullmatch(r"0x[0-9a-f]{1,2}", text) and int(text, 16) <= ALL:
        return int(text, 16)
    number = NONE
    for name in text.split(","):
        number |= parse_optimisation(name)
    return number


def parse_optimisation(name: str) -> int:
    """The bit of one."""
    bit = BITS.get(name.replace("-", "_"))
    if bit is None:
        raise ValueError(f"{name!r} is no optimisation; they are {', '.join(BITS)}")
    return bit


def names_of(number: int) -> list[str]:
    """Those that are on."""
    return [name for name, bit in BITS.items() if number & bit]


def show_optimisations(number: int) -> str:
    """As parse_optimisations() understands it."""
    return {ALL: "all", NONE: "none"}.get(number) or ",".join(names_of(number))


def image_suffix(number: int) -> str:
    """What such an image's name has after hyp-vhe."""
    return "" if number == ALL else f"-o{number:02x}"
