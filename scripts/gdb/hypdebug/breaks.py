# SPDX-License-Identifier: Apache-2.0
"""`hyp break SYMBOL @el2|@host|@guest`: a breakpoint in one world alone."""

import gdb

from . import machine, session, world
from .command import Command

_WORLDS = ("@el2", "@host", "@guest")


class _WorldBreakpoint(gdb.Breakpoint):
    """The same address means other code in another world: only the world's own stops."""

    def __init__(self, address: int, where: str):
        super().__init__(f"*{address:#x}", type=gdb.BP_HARDWARE_BREAKPOINT)
        self._where = where

    def stop(self) -> bool:
        is_guest = machine.el() < 2 and machine.field("HCR_EL2", "VM") == 1
        if self._where == "@el2":
            return machine.el() == 2
        if self._where == "@guest":
            return is_guest
        return world.here()["world"] == world.HOST


class Break(Command):
    """Set a breakpoint that counts in one world alone.

hyp break SYMBOL|*ADDRESS @el2|@host|@guest [--json]

@el2    at EL2, whoever is there: the lowvisor, or the host's kernel where that is at EL2
@host   in the host: its kernel and its VMMs
@guest  in a guest; the symbol is the guest's"""

    NAME = "break"

    def answer(self, words: list[str]) -> dict:
        if len(words) != 2 or words[1] not in _WORLDS:
            raise self.wrong(f"give a symbol or *ADDRESS, and one of {' '.join(_WORLDS)}")
        symbol, where = words
        address = self.number(symbol[1:]) if symbol.startswith("*") else self._find(symbol, where)
        breakpoint = _WorldBreakpoint(address, where)
        return {"number": breakpoint.number, "address": address, "where": where}

    def _find(self, symbol: str, where: str) -> int:
        images = session.guests if where == "@guest" else [session.hypervisor]
        if not images:
            raise self.wrong("the guest's image came without symbols: give *ADDRESS")
        for image in images:
            address = image.find(symbol)
            if address is not None:
                return address
        raise self.wrong(f"{' and '.join(image.file.name for image in images)} has no symbol {symbol}, or several that end so")

    def text(self, told: dict) -> str:
        return f"breakpoint {told['number']} at {told['address']:#x}, {told['where'].removeprefix('@')} only"


Break()
