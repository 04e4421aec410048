# SPDX-License-Identifier: Apache-2.0
"""`ws run --count`: all instructions of a run, counted from outside by scripts/qemu_plugin."""

import json
from pathlib import Path

from ..paths import host_plugin
from .qemu_machine import escape

_FILE = "instructions.json"  # in the run's folder, until it has been read


def plugin_arguments(folder: Path) -> list[str]:
    """For QEMU, whose run has this folder."""
    return ["-plugin", f"file={escape(host_plugin('instruction_count'))},out={escape(folder / _FILE)}"]


def take_counts(folder: Path) -> dict | None:
    """What was counted: `total`, and `cpus` with that of each, or None for it where QEMU does not tell which CPU executes what.
    Nothing at all where QEMU was killed before it could write."""
    file = folder / _FILE
    try:
        counts = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        counts = None
    file.unlink(missing_ok=True)
    return counts


def show_counts(counts: dict) -> str:
    """For people."""
    words = f"{counts['total']:,} instructions"
    if counts["cpus"] is None:
        return f"{words} of all CPUs together; how many each executed, this QEMU does not tell"
    if len(counts["cpus"]) == 1:
        return words
    return f"{words} ({', '.join(f'CPU {number} {count:,}' for number, count in enumerate(counts['cpus']))})"
