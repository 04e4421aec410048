# SPDX-License-Identifier: Apache-2.0
"""This session: the machine that `ws debug` has started, and how GDB gets to it."""

import json
import os
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import gdb

from .elf import Symbols

TIMEOUT = float(os.environ.get("WS_DEBUG_TIMEOUT", 60))  # seconds after which a command that lets the machine run stops it

told: dict = {}  # what scripts/wslib/command/debug.py says of the session
hypervisor: Symbols = None
guests: list[Symbols] = []


def is_replay() -> bool:
    return told["mode"] == "replay"


def design() -> str:
    return told["design"]


def connect() -> None:
    global hypervisor
    file = os.environ.get("WS_DEBUG_SESSION") or _beside_the_socket()
    if not file or not Path(file).is_file():
        raise gdb.error("this GDB was not started by ws debug: there is no session to join")
    told.update(json.loads(Path(file).read_text(encoding="utf-8")))
    hypervisor = Symbols(Path(told["hypervisor"]))
    for setting in ("pagination off", "confirm off", "architecture aarch64", "print asm-demangle on", "stack-cache off", "code-cache off",
                    "breakpoint auto-hw on", "breakpoint always-inserted on", "remotetimeout 30", "print thread-events off", "disassemble-next-line off",
                    "language c++"):
        gdb.execute(f"set {setting}", to_string=True)
    gdb.execute(f"file {told['hypervisor']}", to_string=True)
    for elf in filter(None, told["guests"]):
        # Where it was linked is where it runs: guest-physical addresses, with the guest's MMU on or off.
        gdb.execute(f"add-symbol-file {elf}", to_string=True)
        guests.append(Symbols(Path(elf)))
    if gdb.selected_inferior().pid == 0:
        gdb.execute(f"target remote {told['gdb']}", to_string=True)


def _beside_the_socket() -> str | None:
    """Of an IDE's GDB, which has connected already."""
    connection = getattr(gdb.selected_inferior(), "connection", None)
    return f"{connection.details}.json" if connection is not None and connection.details else None


QEMU_HAS_ENDED = "QEMU has ended, and the machine with it: leave GDB with quit and start ws debug again"


def in_words(error: gdb.error) -> str:
    """What GDB says in several ways, in one."""
    gone = ("closed", "not being run", "Broken pipe", "disconnected", "onnection reset")
    return QEMU_HAS_ENDED if any(words in str(error) for words in gone) else str(error)


def packet(text: str) -> str:
    answer = gdb.selected_inferior().connection.send_packet(text)
    return answer.decode("ascii", "replace") if answer else ""


def monitor(command: str) -> str:
    return gdb.execute(f"monitor {command}", to_string=True).strip()


_watchdog: subprocess.Popen | None = None


@contextmanager
def watched(seconds: float):
    """Stops a machine that runs for too long. Yields a function that says whether that time is over."""
    global _watchdog
    if _watchdog is None or _watchdog.poll() is not None:
        script = Path(__file__).resolve().parents[1] / "watchdog.py"
        # In a session of its own: Ctrl-C is for GDB. It ends with its standard input, which is ours.
        _watchdog = subprocess.Popen(["python3", script, told["qmp"]], stdin=subprocess.PIPE, start_new_session=True)
    begin = time.monotonic()
    _tell(f"{seconds}\n")
    try:
        yield lambda: time.monotonic() - begin >= seconds
    finally:
        _tell("\n")


def _tell(line: str) -> None:
    with suppress(OSError):
        _watchdog.stdin.write(line.encode())
        _watchdog.stdin.flush()
