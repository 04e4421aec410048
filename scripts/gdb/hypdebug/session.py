# SPDX-License-Identifier: Apache-2.0
"""This session: the machine that `ws debug` has started, and how GDB gets to it."""

import json
import os
import signal
import socket
import threading
from contextlib import contextmanager
from pathlib import Path

import gdb

from .elf import Symbols

TIMEOUT = 60  # seconds after which a command that lets the machine run stops it

told: dict = {}  # what scripts/wslib/debug.py says of the session
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
                    "breakpoint auto-hw on", "remotetimeout 30", "print thread-events off", "disassemble-next-line off"):
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


def packet(text: str) -> str:
    answer = gdb.selected_inferior().connection.send_packet(text)
    return answer.decode("ascii", "replace") if answer else ""


def monitor(command: str) -> str:
    return gdb.execute(f"monitor {command}", to_string=True).strip()


def qmp(command: str) -> None:
    """One command to QEMU itself, beside GDB's connection."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(told["qmp"])
        lines = connection.makefile("rw", encoding="utf-8")
        lines.readline()
        for name in ("qmp_capabilities", command):
            lines.write(json.dumps({"execute": name}) + "\n")
            lines.flush()
            lines.readline()


@contextmanager
def watched(seconds: float):
    """Stops a machine that runs for too long. Yields a list that is empty until then."""
    stopped = []

    def stop() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # they are GDB's
        stopped.append(True)
        try:
            qmp("stop")
        except OSError:
            pass  # QEMU has gone, and GDB has seen that too

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield stopped
    finally:
        timer.cancel()
