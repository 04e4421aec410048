# SPDX-License-Identifier: Apache-2.0
"""Which function an address is in: the symbol table of the ELF file that a guest's image was made from, where that lies beside it."""

import bisect
import struct
import subprocess
from pathlib import Path

_SYMTAB = 2
_FUNCTION, _NO_TYPE = 2, 0
_RESERVED = 0xff00  # section numbers from here on are of symbols that are in none


def _readable(name: str) -> str:
    """A C++ name as it was written."""
    try:
        done = subprocess.run(["c++filt", name], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return name
    return done.stdout.strip() or name


class Symbols:
    """Knows nothing where there is no such file."""

    def __init__(self, image: Path):
        self._places: list[tuple[int, str]] = []
        self._end = 0
        for file in (image.with_suffix(""), image.with_suffix(".elf"), Path(f"{image}.elf")):
            try:
                if file != image and file.is_file():
                    self._read(file.read_bytes())
                    return
            except (OSError, ValueError, struct.error, IndexError):
                self._places = []

    def address(self, name: str) -> int | None:
        """Of a symbol by the linker's name for it."""
        return next((value for value, its in self._places if its == name), None)

    def name(self, address: int) -> str:
        """function + 0x10, or "" for an address outside."""
        at = bisect.bisect_right(self._places, (address, "\uffff")) - 1
        if at < 0 or address >= self._end:
            return ""
        start, name = self._places[at]
        return f"{_readable(name)} + {address - start:#x}"

    def _read(self, data: bytes) -> None:
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError("not a little-endian ELF file of 64 bits")
        table, = struct.unpack_from("<Q", data, 40)
        size, count = struct.unpack_from("<HH", data, 58)
        sections = [struct.unpack_from("<IIQQQQIIQQ", data, table + number * size) for number in range(count)]
        self._end = max((s[3] + s[5] for s in sections if s[2] & 4), default=0)  # what is executable
        for section in sections:
            if section[1] != _SYMTAB:
                continue
            names = sections[section[6]][4]
            for at in range(section[4], section[4] + section[5], 24):
                name, info, _other, where, value, _size = struct.unpack_from("<IBBHQQ", data, at)
                text = data[names + name:data.index(b"\0", names + name)].decode(errors="replace")
                if 0 < where < _RESERVED and text and not text.startswith("$") and info & 15 in (_FUNCTION, _NO_TYPE):
                    self._places.append((value, text))
        self._places.sort()
