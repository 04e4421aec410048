# SPDX-License-Identifier: Apache-2.0
"""The machine as QEMU's gdbstub shows it: stops at an address, general-purpose registers, EL2's system registers. It is QEMU's word, not the
image's (GDB's manual, "GDB Remote Serial Protocol")."""

import contextlib
import re
import socket
import struct
from pathlib import Path

from .trouble import GraderTrouble

_SECONDS = 30  # for one answer; a run's first exits take one
_CORE = struct.Struct("<33QI")  # X0 to X30, SP, PC, CPSR


class MachineEnded(Exception):
    """It did not come to the next stop."""


class NoAnswer(GraderTrouble):
    """The stub did not answer in time. Of a machine that takes exceptions without end none will come."""


class GdbStub:
    """A connection to a machine that was started stopped (-S)."""

    def __init__(self, path: Path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(_SECONDS)
        self._socket.connect(str(path))
        self._input = b""
        self._numbers: dict[str, int] = {}
        self.ask("qSupported:xmlRegisters=aarch64")

    def close(self) -> None:
        self._socket.close()

    def ask(self, packet: str) -> str:
        """Sends a packet; returns the answer."""
        data = packet.encode()
        try:
            self._socket.sendall(b"$%s#%02x" % (data, sum(data) % 256))
            answer = self._answer()
            with contextlib.suppress(ConnectionError):
                self._socket.sendall(b"+")
        except ConnectionError:
            raise MachineEnded from None
        except TimeoutError:
            raise NoAnswer(f"the gdbstub did not answer for {_SECONDS} s") from None
        return answer

    def step(self) -> None:
        """One instruction, or the exception that it takes."""
        self._expect(self.ask("vCont;s:1"))

    def go_on_to(self, address: int) -> None:
        """Until this address is the next to be executed."""
        if self.registers()["PC"] == address:
            return
        self._expect(self.ask(f"Z1,{address:x},4"), "OK")
        self._expect(self.ask("c"))
        self._expect(self.ask(f"z1,{address:x},4"), "OK")

    def run_to(self, address: int) -> None:
        """The same, but where it stands now does not count."""
        self.step()
        self.go_on_to(address)

    def exception_level(self) -> int:
        return self.registers()["CPSR"] >> 2 & 3

    def registers(self) -> dict[str, int]:
        """X0 to X30, SP, PC and CPSR."""
        data = bytes.fromhex(self.ask("g"))
        *words, cpsr = _CORE.unpack_from(data)
        return {**{f"X{n}": word for n, word in enumerate(words[:31])}, "SP": words[31], "PC": words[32], "CPSR": cpsr}

    def system_register(self, name: str) -> int:
        if not self._numbers:
            self._numbers = self._read_numbers()
        if name not in self._numbers:
            raise GraderTrouble(f"this QEMU's gdbstub does not show {name}")
        return int.from_bytes(bytes.fromhex(self.ask(f"p{self._numbers[name]:x}")), "little")

    def system_registers(self, names: list[str]) -> dict[str, int]:
        """Those of them that this QEMU shows."""
        self._numbers = self._numbers or self._read_numbers()
        return {name: self.system_register(name) for name in names if name in self._numbers}

    def _read_numbers(self) -> dict[str, int]:
        """Registers are numbered through all files of the description."""
        numbers, next_number = {}, 0
        for file in re.findall(r'href="([^"]+)"', self._file("target.xml")):
            for attributes in re.findall(r"<reg ([^>]*)>", self._file(file)):
                told = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
                next_number = int(told.get("regnum", next_number))
                numbers[told["name"]] = next_number
                next_number += 1
        return numbers

    def _file(self, name: str) -> str:
        text = ""
        while True:
            part = self.ask(f"qXfer:features:read:{name}:{len(text):x},ffb")
            text += part[1:]
            if part[:1] != "m":
                return text

    def _expect(self, answer: str, wanted: str = "T") -> None:
        if answer[:1] == "W" or answer[:1] == "X":
            raise MachineEnded
        if not answer.startswith(wanted):
            raise GraderTrouble(f"the gdbstub answered {answer[:40]!r}")

    def _answer(self) -> str:
        while not (match := re.search(rb"\$([^#]*)#..", self._input, re.DOTALL)):
            data = self._socket.recv(65536)
            if not data:
                raise MachineEnded
            self._input += data
        self._input = self._input[match.end():]
        return match[1].decode("latin-1")
