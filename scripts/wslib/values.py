# SPDX-License-Identifier: Apache-2.0
"""Values of options that are neither sizes nor of a VM."""

import math


def parse_name(text: str) -> str:
    """Of a file or a folder."""
    if not text:
        raise ValueError("the name is empty: give one, or leave the option out")
    return text


def parse_seconds(text: str) -> float:
    """0 is for ever."""
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a number of seconds") from None
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(f"'{text}' is not how long a run may take: give seconds, or 0 for ever")
    return seconds
