# SPDX-License-Identifier: Apache-2.0
"""The initial RAM disk of a Linux guest: a cpio archive in the format that the kernel unpacks.

The format is "newc" (Linux: Documentation/driver-api/early-userspace/buffer-format.rst): each file is a header of hexadecimal
numbers, its name and its bytes, padded to 4 bytes.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from ..paths import ROOT
from .linux_packages import Linux

INIT = ROOT / "guests" / "linux" / "init"

_FOLDER, _FILE, _CHARACTER_DEVICE = 0o040000, 0o100000, 0o020000


class Archive:
    """Built file by file; the same files make the same bytes."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._inode = 0

    def folder(self, name: str) -> None:
        self._add(name, _FOLDER | 0o755, links=2)

    def file(self, name: str, content: bytes, executable: bool = False) -> None:
        self._add(name, _FILE | (0o755 if executable else 0o644), content)

    def character_device(self, name: str, major: int, minor: int) -> None:
        self._add(name, _CHARACTER_DEVICE | 0o600, device=(major, minor))

    def finished(self) -> bytes:
        self._add("TRAILER!!!", 0)
        return bytes(self._bytes)

    def _add(self, name: str, mode: int, content: bytes = b"", links: int = 1, device: tuple[int, int] = (0, 0)) -> None:
        self._inode += 1
        encoded = os.fsencode(name) + b"\0"
        owner = group = time = checksum = 0
        numbers = (self._inode, mode, owner, group, links, time, len(content), 0, 0, *device, len(encoded), checksum)
        self._bytes += b"070701" + b"".join(b"%08x" % number for number in numbers) + encoded
        self._pad()
        self._bytes += content
        self._pad()

    def _pad(self) -> None:
        self._bytes += bytes(-len(self._bytes) % 4)


def make_initramfs(linux: Linux, commands: str | None = None, frame: str = "", programs: Sequence[str] = ()) -> bytes:
    """`commands`: what guests/linux/init is to run instead of a shell for somebody, and the word that frames their
    output. `programs`: files that go into /bin."""
    archive = Archive()
    for folder in ("bin", "dev", "modules", "ws"):
        archive.folder(folder)
    archive.character_device("dev/console", 5, 1)  # before devtmpfs is mounted the kernel opens it for /init
    for program in (linux.programs / "busybox", *map(Path, programs)):
        archive.file(f"bin/{program.name}", program.read_bytes(), executable=True)
    archive.file("init", INIT.read_bytes(), executable=True)
    for name in sorted(set(sum(linux.loads.values(), []))):
        archive.file(f"modules/{name}.ko", (linux.modules / f"{name}.ko").read_bytes())
    for wanted, order in linux.loads.items():
        archive.file(f"modules/{wanted}.load", "".join(f"{name}\n" for name in order).encode())
    if commands is not None:
        archive.file("ws/commands", os.fsencode(commands) + b"\n")
        archive.file("ws/frame", frame.encode())
    return archive.finished()
