# SPDX-License-Identifier: Apache-2.0
"""Sizes of memory as people write them: 64M, 1G, 2097152."""

import re

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
_UNITS = {"": 1, "K": KIB, "M": MIB, "G": GIB}


def parse_size(text: str) -> int:
    """Bytes. Raises ValueError with a sentence that says what a size looks like."""
    match = re.fullmatch(r"(\d+)([KMG]?)(?:iB|B)?", text, re.IGNORECASE)
    if not match or int(match[1]) == 0:
        raise ValueError(f"'{text}' is not a size: write 64M, 1G or a number of bytes")
    return int(match[1]) * _UNITS[match[2].upper()]


def round_up(value: int, unit: int) -> int:
    return -(-value // unit) * unit


def show_size(size: int) -> str:
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}".replace(".0 ", " ")
    return f"{size} bytes"
