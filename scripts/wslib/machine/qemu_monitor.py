# SPDX-License-Identifier: Apache-2.0
"""A look at a machine that runs: QEMU's monitor (QMP), on a socket that the child inherits, so that it needs no name and no port."""

import json
import re
import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class CpuLook:
    """A CPU's registers at one moment."""

    pc: int
    sp: int
    pstate: int

    @property
    def el(self) -> int:
        return self.pstate >> 2 & 3

    @property
    def masked(self) -> bool:
        """PSTATE.I: no interrupt is taken."""
        return bool(self.pstate & 1 << 7)


class Monitor:
    """`arguments` and `handed_on` are for QEMU's start; then look()."""

    PATIENCE = 5  # seconds for an answer: a QEMU that hangs itself must not keep us

    def __init__(self) -> None:
        self._here, self._there = socket.socketpair()
        self._here.settimeout(self.PATIENCE)
        self._file = None

    @property
    def arguments(self) -> list[str]:
        return ["-chardev", f"socket,id=ws-look,fd={self._there.fileno()}", "-mon", "chardev=ws-look,mode=control"]

    @property
    def handed_on(self) -> tuple[int]:
        return (self._there.fileno(),)

    def started(self) -> None:
        """QEMU has its end; ours tells when that is closed."""
        self._there.close()

    def close(self) -> None:
        self._here.close()
        self._there.close()

    def stop(self) -> None:
        self._call("stop")

    def go_on(self) -> None:
        self._call("cont")

    def registers(self) -> list[CpuLook]:
        """Of all CPUs. The machine should be stopped."""
        text = self._call("human-monitor-command", {"command-line": "info registers -a"})
        looks = []
        for part in re.split(r"^CPU#\d+", text, flags=re.MULTILINE)[1:]:
            found = {name: re.search(rf"\b{name}=([0-9a-f]+)", part) for name in ("PC", "SP", "PSTATE")}
            if None not in found.values():
                looks.append(CpuLook(*(int(found[name][1], 16) for name in ("PC", "SP", "PSTATE"))))
        return looks

    def _call(self, command: str, arguments: dict | None = None):
        """Its result. An OSError or a ValueError: QEMU does not answer, or not like this."""
        if self._file is None:
            self._file = self._here.makefile("rw", encoding="utf-8")
            self._file.readline()  # the greeting
            self._ask("qmp_capabilities")
        return self._ask(command, arguments)

    def _ask(self, command: str, arguments: dict | None = None):
        self._file.write(json.dumps({"execute": command, "arguments": arguments or {}}) + "\n")
        self._file.flush()
        while line := self._file.readline():
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise ValueError(answer["error"].get("desc", "an error"))
        raise ConnectionError("QEMU has closed its monitor")
