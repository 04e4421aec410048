# SPDX-License-Identifier: Apache-2.0
"""Recording a hypervisor that has no recorder: a plugin of QEMU's writes down what its CPUs do (scripts/qemu_plugin/outside_recorder.cpp),
and `wstrace convert` makes a trace of that when the machine has ended."""

import json
import struct
import subprocess
from pathlib import Path

from ..machine.elf_symbols import Symbols
from ..machine.qemu_machine import escape
from ..paths import host_plugin, host_program, shown
from ..problem import Problem
from .run_folder import RUN_BROKE, RunFolder

# guest::begin_benchmark and guest::end_benchmark (guests/lib/guest.hpp), as the linker knows them.
_WINDOW = {"begin": "_ZN5guest15begin_benchmarkEPKc", "end": "_ZN5guest13end_benchmarkEPKcm"}
_GUEST_BEGINS = 0x4008_0000  # a flat guest's first instruction
_BL, _BL_OFFSET = 0x9400_0000, 0x03ff_ffff  # the instruction, and its offset in words (Arm ARM C6.2)


def window_of(guest: Path) -> dict[str, int] | None:
    """Where the guest begins and ends what it measures; None for a guest that measures nothing, though it has the functions for it."""
    symbols = Symbols(guest)
    window = {name: symbols.address(function) for name, function in _WINDOW.items()}
    return window if all(window.values()) and _is_called(guest.read_bytes(), window["begin"]) else None


def _is_called(image: bytes, function: int) -> bool:
    """Has a flat guest a BL to this address?"""
    words = struct.unpack_from(f"<{len(image) // 4}I", image)
    return any(word == _BL | (function - _GUEST_BEGINS - at * 4 >> 2) & _BL_OFFSET for at, word in enumerate(words))


def recorder_arguments(folder: RunFolder, guest: Path) -> list[str]:
    """For QEMU: from where to where in the guest it records. A guest that measures nothing is recorded from its first instruction on."""
    window = window_of(guest) or {"begin": _GUEST_BEGINS}
    words = [f"file={escape(host_plugin('outside_recorder'))}", f"out={escape(folder.raw_log)}", *(f"{name}={at:#x}" for name, at in window.items())]
    return ["-plugin", ",".join(words)]


def convert(folder: RunFolder, hypervisor: str, environment: dict[str, str]) -> dict:
    """Makes the trace of the raw log, which stays. `hypervisor` is its name with its version, which stands where a trace of ours names files.
    Returns what the converter says of it."""
    told = {key: value for key, value in environment.items() if key != "design"} | {"hypervisor": hypervisor}
    command = [host_program("wstrace"), "convert", folder.raw_log, "--symbols", folder.kallsyms, "-o", folder.trace,
               *(word for key, value in told.items() for word in ("--env", f"{key}={value}"))]
    if not folder.kallsyms.is_file():
        raise Problem(f"{hypervisor} did not come so far as to tell its functions; {shown(folder.console)} has its last words", RUN_BROKE)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it says nothing"]
        raise Problem(f"no trace can be made of {shown(folder.raw_log)}: {lines[-1].removeprefix('wstrace: ')}", RUN_BROKE)
    return {"converted": json.loads(done.stdout)}
