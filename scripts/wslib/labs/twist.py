# SPDX-License-Identifier: Apache-2.0
"""What a lab asks of each student by their seed: one duty more, which the product's code does not have. Who copies somebody else's file has
somebody else's twist in it. QEMU's gdbstub shows whether it is done."""

from dataclasses import dataclass

from .guest_seed import derived


@dataclass(frozen=True)
class Twist:
    """`what` has the choices in braces: {register}, {source}, {value}, {count}."""

    kind: str  # what looks at it: twist_witness.py, and answer_rows.py of a guest
    what: str
    register: tuple[str, ...]  # one of them by seed
    source: tuple[str, ...] = ()  # and one of them

    def choices(self, seed: str) -> dict[str, str]:
        def one_of(name: str, of: tuple[str, ...]) -> str:
            return of[derived(seed, "twist", name) % len(of)] if of else ""

        return {"register": one_of("register", self.register), "source": one_of("source", self.source),
                "value": f"{derived(seed, 'twist', 'value') % 2**31 | 1:#x}",  # never 0
                "count": str(2 + derived(seed, "twist", "count") % 4)}

    def text(self, seed: str) -> str:
        return self.what.format(**self.choices(seed))
