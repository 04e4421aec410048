# SPDX-License-Identifier: Apache-2.0
"""Where things are: the repository, what was built, what is known by name."""

import os
import re
from pathlib import Path

from .problem import Problem, reading, usage_problem

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
RUNS = ROOT / "out"

DESIGNS = ("split", "el2", "vhe")
NATIVE = "native"  # in their place: no hypervisor, the guest on the board itself
KVM = ("kvm-nvhe", "kvm-vhe")  # not ours: Linux's, of Debian's kernels
XEN = "xen"  # nor this: Debian's Xen
PEERS = (*KVM, XEN)
LEVELS = ("off", "traps", "full")


def host_program(name: str) -> Path:
    """wstrace or wsview. WS_HOST_BUILD=debug picks the build with the sanitizers, as the tests do."""
    build = os.environ.get("WS_HOST_BUILD", "release")
    return built(BUILD / build / "viewer" / name, "--debug" if build == "debug" else "--host")


def host_plugin(name: str) -> Path:
    """A plugin for QEMU, of scripts/qemu_plugin."""
    build = os.environ.get("WS_HOST_BUILD", "release")
    return built(BUILD / build / "scripts" / "qemu_plugin" / f"lib{name}.so", "--debug" if build == "debug" else "--host")


def hypervisor_image(design: str, level: str, suffix: str = "") -> Path:
    """`suffix`: of an image without some optimisations, -oNN (optimisations.py)."""
    option = f"--optimisations 0x{suffix.removeprefix('-o')} --level {level}" if suffix else "--hyp"
    return built(BUILD / "hyp" / "hyp" / level / f"hyp-{design}{suffix}.bin", option)


def elf_of(image: Path) -> Path:
    """A hypervisor's image with its symbols, for GDB."""
    elf = image.with_suffix("")
    if not elf.is_file():
        raise Problem(f"{shown(elf)} is missing, and with it the symbols: run scripts/ws build --hyp")
    if b".debug_info" not in elf.read_bytes():
        raise Problem(f"{shown(elf)} has no symbols for GDB: it was stripped; run scripts/ws build --hyp")
    return elf


def guest_names() -> list[str]:
    """The guests that the build knows."""
    return sorted(re.findall(r"^add_guest\((\w+)", (ROOT / "guests" / "CMakeLists.txt").read_text(encoding="utf-8"), re.MULTILINE))


def guest_image(name_or_file: str) -> Path:
    """A guest by its name, or any file that has a slash or a dot in its name or exists."""
    names = guest_names()
    if name_or_file in names:
        return built(BUILD / "hyp" / "guests" / f"{name_or_file}.bin", "--hyp")
    file = Path(name_or_file)
    with reading(name_or_file):
        if file.is_file():
            refuse_unbootable(file)
            return file.resolve()
        if file.is_dir():
            raise usage_problem(f"{name_or_file} is a folder, not a guest's image")
    if "/" in name_or_file or "." in name_or_file:
        raise usage_problem(f"there is no file {name_or_file}")
    raise usage_problem(f"unknown guest {name_or_file}; the guests are {', '.join(names)} and linux, or give a "
                        "file")


def refuse_unbootable(file: Path) -> None:
    """Refuses what looks like an image and is none: better here than as a guest that crashes at once."""
    with reading(file), file.open("rb") as image:
        start = image.read(4)
    if not start:
        raise usage_problem(f"{file} is empty")
    if start == b"\x7fELF":
        raise usage_problem(f"{file} is an ELF file; a guest is a flat binary or an arm64 Image "
                            "(objcopy -O binary makes one)")
    if start[:2] == b"\x1f\x8b":
        raise usage_problem(f"{file} is compressed; unpack it first (gzip -dc {file})")


def built(path: Path, option: str) -> Path:
    if not path.exists():
        shown = path.relative_to(ROOT)
        raise Problem(f"{shown} is not built yet: run scripts/ws build {option}")
    return path


def shown(path: Path) -> str:
    """A path as a person would type it from where they are."""
    try:
        path, here = Path(path).resolve(), Path.cwd()
    except OSError:  # the working directory was deleted
        return str(path)
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
