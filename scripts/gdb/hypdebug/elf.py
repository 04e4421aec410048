# SPDX-License-Identifier: Apache-2.0
"""The symbols of one image. GDB has all of them in one heap; here it is known whose they are."""

import re
import struct
import subprocess
from functools import cached_property
from pathlib import Path

_NM = "aarch64-linux-gnu-nm"
_ROW = re.compile(r"^([0-9a-f]+) (?:([0-9a-f]+) )?\w (.*)$", re.MULTILINE)


class Symbols:
    def __init__(self, file: Path):
        self.file = file
        self._data = file.read_bytes()

    @cached_property
    def _sections(self) -> list[tuple]:
        offset, size, count = struct.unpack_from("<Q", self._data, 0x28)[0], *struct.unpack_from("<HH", self._data, 0x3a)
        return [struct.unpack_from("<IIQQQQIIQQ", self._data, offset + number * size) for number in range(count)]

    def _names(self, *options: str) -> list[tuple[str, int, int]]:
        """Name, address, size of what the file defines, in its order."""
        done = subprocess.run([_NM, "--defined-only", "--no-sort", "--print-size", *options, str(self.file)],
                              capture_output=True, text=True)
        return [(row[3], int(row[1], 16), int(row[2] or "0", 16)) for row in _ROW.finditer(done.stdout)]

    @cached_property
    def raw(self) -> dict[str, tuple[int, int]]:
        """Name as the linker has it -> address, size."""
        return {name: (address, size) for name, address, size in self._names()}

    @cached_property
    def demangled(self) -> dict[str, int]:
        """Name as the source has it, without arguments -> address."""
        found = {}
        for name, address, _size in self._names("--demangle"):
            found.setdefault(name.split("(")[0] if not name.startswith("ws::(anonymous") else name, address)
        return found

    def find(self, name: str) -> int | None:
        """By its whole name, or by what it ends with: run for ws::ThisDesign::run."""
        if name in self.raw:
            return self.raw[name][0]
        if name in self.demangled:
            return self.demangled[name]
        ends = {address for full, address in self.demangled.items() if full.endswith("::" + name)}
        return ends.pop() if len(ends) == 1 else None

    def address(self, name: str) -> int:
        return self.raw[name][0]

    def words_of(self, name: str, word: int) -> list[int]:
        """The addresses within a function at which there is this instruction."""
        address, size = self.raw[name]
        section = next(s for s in self._sections if s[1] == 1 and s[3] <= address < s[3] + s[5])
        start = section[4] + address - section[3]
        return [address + at for at in range(0, size, 4) if struct.unpack_from("<I", self._data, start + at)[0] == word]
