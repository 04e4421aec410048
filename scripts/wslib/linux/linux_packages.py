# SPDX-License-Identifier: Apache-2.0
"""Debian's own Linux for arm64, from Debian's packages: the kernel, some of its modules, a static busybox and e2fsck.

They are fetched once (debian_packages.py).
"""

import fcntl
import gzip
import json
import lzma
import re
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path

from ..paths import BUILD, shown
from ..problem import Problem
from ..sizes import MIB
from .debian_packages import Apt, complaint, require, say, unpack

FOLDER = BUILD / "linux"
DISK_BYTES = 700 * MIB  # the packages and, for a moment, all that is in them

# The guest's programs: one static file of a package each.
PROGRAMS = {"busybox": "busybox-static", "e2fsck": "e2fsck-static"}
_PROGRAM_FOLDERS = ("bin", "usr/bin", "sbin", "usr/sbin")

# Modules that a guest may need, each with those that it asks for by what they do, not by name (its softdep). What it
# depends on by name is found in it.
MODULES = {"virtio_mmio": (), "virtio_net": (), "virtio_blk": (), "virtio_console": (), "virtio-rng": (),
           "ext4": ("crc32c_generic",)}


@dataclass(frozen=True)
class Linux:
    """What was fetched and unpacked."""

    package: str  # the kernel's, with its version
    kernel: Path  # an arm64 Image
    programs: Path  # a folder of those that PROGRAMS names
    modules: Path  # a folder of .ko files
    loads: dict[str, list[str]]  # for each of MODULES: which to load, in this order


def fetch_linux(folder: Path = FOLDER) -> Linux:
    """From the folder if it is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".ws-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two of us would fetch it twice, into the same files
        done = _read(folder)
        if done is None:
            _make(folder)
            done = _read(folder)
    if done is None:
        raise Problem(f"what was fetched into {shown(folder)} is not complete; delete that folder and try again")
    return done


def _read(folder: Path) -> Linux | None:
    try:
        told = json.loads((folder / "linux.json").read_text(encoding="utf-8"))
        linux = Linux(told["package"], folder / "Image", folder / "programs", folder / "modules", told["loads"])
        files = [linux.kernel, *(linux.programs / name for name in PROGRAMS),
                 *(linux.modules / f"{name}.ko" for name in sum(linux.loads.values(), []))]
    except (OSError, ValueError, KeyError):
        return None
    return linux if set(linux.loads) == set(MODULES) and all(file.is_file() for file in files) else None


def _make(folder: Path) -> None:
    require("the Linux guest", folder, DISK_BYTES)
    packages = folder / "packages"
    if not all(list(packages.glob(f"{name}*.deb")) for name in ("linux-image-", *(f"{name}_" for name in PROGRAMS.values()))):
        _download(Apt(folder / "apt"), packages)
    _unpack(packages, folder)


def _download(apt: Apt, to: Path) -> None:
    say("fetching Debian's package lists for arm64")
    update = apt.update()
    depends = apt.run("apt-cache", "depends", "linux-image-arm64").stdout
    kernel = re.search(r"Depends: (linux-image-\S+)", depends)
    if not kernel:
        raise Problem("apt knows no linux-image-arm64: this machine's sources have no Debian for arm64, or there is "
                      f"no network{complaint(update)}")
    say(f"fetching {', '.join((kernel[1], *PROGRAMS.values()))} (about 60 MiB)")
    apt.download([kernel[1], *PROGRAMS.values()], to, "Linux")


def _unpack(packages: Path, folder: Path) -> None:
    say("unpacking")
    root = folder / "root"
    shutil.rmtree(root, ignore_errors=True)
    kernel_package = max(packages.glob("linux-image-*.deb"))
    for package in (kernel_package, *(max(packages.glob(f"{name}_*.deb")) for name in PROGRAMS.values())):
        unpack(package, root)
    (folder / "Image").write_bytes(unpacked_kernel(_only(root, "boot/vmlinuz-*").read_bytes()))
    _take_programs(root, folder / "programs")
    loads = _take_modules(root, folder / "modules")
    # Last: with it the folder is complete.
    (folder / "linux.json").write_text(json.dumps({"package": kernel_package.stem, "loads": loads}, indent=2) + "\n",
                                       encoding="utf-8")
    shutil.rmtree(root)


def _take_programs(root: Path, to: Path) -> None:
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir()
    for name, package in PROGRAMS.items():
        # Some packages give a static program's file a name of its own: e2fsck.static.
        files = (root / folder / file for folder in _PROGRAM_FOLDERS for file in (name, f"{name}.static"))
        program = next((file for file in files if file.is_file()), None)
        if program is None:
            raise Problem(f"Debian's {package} has no {name} in it")
        shutil.copyfile(program, to / name)


def _only(root: Path, pattern: str) -> Path:
    found = list(root.glob(pattern))
    if len(found) != 1:
        raise Problem(f"Debian's kernel package has {len(found)} files {pattern}")
    return found[0]


def unpacked_kernel(kernel: bytes) -> bytes:
    """The arm64 Image inside of what Debian calls vmlinuz: itself, compressed with gzip, or an EFI program that would
    unpack itself (Linux: drivers/firmware/efi/libstub/zboot-header.S)."""
    if kernel[:2] == b"MZ" and kernel[4:8] == b"zimg":
        start, size = (int.from_bytes(kernel[at:at + 4], "little") for at in (8, 12))
        method = kernel[24:56].split(b"\0")[0].decode("ascii", "replace")
        if method != "gzip":
            raise Problem(f"Debian's kernel is compressed with {method}, and only gzip is known here")
        # Behind the stream there are bytes that are not gzip's.
        kernel = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(kernel[start:start + size])
    elif kernel[:2] == b"\x1f\x8b":
        kernel = gzip.decompress(kernel)
    if kernel[56:60] != b"ARM\x64":
        raise Problem("Debian's kernel is not an arm64 Image, nor a compressed one that is known here")
    return kernel


def _take_modules(root: Path, to: Path) -> dict[str, list[str]]:
    """Copies MODULES and what they depend on, uncompressed. Which to load for each, and in which order."""
    files = {_module_name(file): file for file in root.glob("**/lib/modules/**/*.ko*")}
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir()
    loads = {}
    for wanted, first in MODULES.items():
        loads[wanted] = []
        for name in (*first, wanted):
            _take(name.replace("-", "_"), files, to, loads[wanted])
    return loads


def _take(name: str, files: dict[str, Path], to: Path, order: list[str]) -> None:
    """What `name` depends on first. A module that is not there is built into the kernel."""
    if name in order or name not in files:
        return
    file = files[name]
    module = lzma.decompress(file.read_bytes()) if file.suffix == ".xz" else file.read_bytes()
    for needed in module_dependencies(module):
        _take(needed.replace("-", "_"), files, to, order)
    (to / f"{name}.ko").write_bytes(module)
    order.append(name)


def _module_name(file: Path) -> str:
    return file.name.split(".ko")[0].replace("-", "_")


def module_dependencies(module: bytes) -> list[str]:
    """From its .modinfo section: name=value, each ended by a zero byte. (modules.dep is made when a kernel is installed.)"""
    found = re.search(rb"\0depends=([^\0]*)\0", module)
    return [name for name in found[1].decode("ascii").split(",") if name] if found else []
