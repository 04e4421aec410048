# SPDX-License-Identifier: Apache-2.0
"""`hyp irqs on|off`: do interrupts come while GDB steps?"""

from . import session
from .command import Command

_STEP, _NO_IRQ, _NO_TIMER = 1, 2, 4  # QEMU's bits of qqemu.sstep


class Irqs(Command):
    """Say or choose whether interrupts come while GDB steps by single instructions.

hyp irqs [on|off] [--json]

QEMU keeps them off while it steps, so that stepping stays in what is looked at. In a replay they come where they came."""

    NAME = "irqs"

    def answer(self, words: list[str]) -> dict:
        if len(words) > 1 or any(word not in ("on", "off") for word in words):
            raise self.wrong("it takes on or off, or nothing")
        if words and session.is_replay():
            raise self.wrong("in a replay interrupts come where they came when it was recorded")
        if words:
            session.packet(f"Qqemu.sstep={_STEP if words[0] == 'on' else _STEP | _NO_IRQ | _NO_TIMER}")
        return {"irqs": "off" if int(session.packet("qqemu.sstep"), 0) & _NO_IRQ else "on"}

    def text(self, told: dict) -> str:
        return f"while GDB steps, interrupts are {told['irqs']}"


Irqs()
