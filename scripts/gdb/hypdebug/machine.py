# SPDX-License-Identifier: Apache-2.0
"""The selected CPU's registers and the machine's memory, as numbers."""

import struct
from contextlib import contextmanager
from functools import cache

import gdb

from . import session, tables

_MASK = (1 << 64) - 1


@cache
def _names() -> frozenset[str]:
    return frozenset(register.name for register in gdb.newest_frame().architecture().registers())


@cache
def name_for_gdb(name: str) -> str | None:
    """QEMU's gdbstub leaves _EL1 away from some names, and has no register of the interrupt controller."""
    short = name.removesuffix("_EL1")
    for candidate in (name, short, short + "0", name.lower()):
        if candidate in _names():
            return candidate
    return None


def pc() -> int:
    return read("pc")


def pstate() -> int:
    return read("cpsr")


def el() -> int:
    return pstate() >> 2 & 3


def read(name: str) -> int:
    return int(gdb.newest_frame().read_register(name)) & _MASK


def live(row: tables.Register) -> list[int] | None:
    """The words of a register of the tables as the CPU has it, or None where GDB cannot know."""
    if row.words == 2:
        value = gdb.newest_frame().read_register(row.name.lower())["d"]["u"]
        return [int(value[0]) & _MASK, int(value[1]) & _MASK]
    current_stack = f"SP_EL{el() if pstate() & 1 else 0}"
    name = "sp" if row.name == current_stack else name_for_gdb(row.name)
    return None if name is None else [read(name)]


def system(name: str) -> int:
    """A system register that GDB has for certain."""
    return live(tables.register(name))[0]


def field(register: str, name: str) -> int:
    return tables.register(register).field(name).get(system(register))


@contextmanager
def physical():
    """Inside, addresses are those of the bus: the hypervisor's data are there whatever the CPU is doing."""
    session.packet("Qqemu.PhyMemMode:1")
    try:
        yield
    finally:
        session.packet("Qqemu.PhyMemMode:0")


def memory(address: int, size: int) -> bytes:
    return bytes(gdb.selected_inferior().read_memory(address, size))


def word(address: int) -> int:
    return struct.unpack("<Q", memory(address, 8))[0]


def instruction() -> int | None:
    try:
        return struct.unpack("<I", memory(pc(), 4))[0]
    except gdb.MemoryError:
        return None


def flush() -> None:
    """What GDB remembers of the machine is no longer so."""
    gdb.execute("maintenance flush register-cache", to_string=True)
