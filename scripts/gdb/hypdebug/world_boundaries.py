# SPDX-License-Identifier: Apache-2.0
"""The instructions at which worlds change."""

from functools import cache

from . import session

ERET = 0xd69f03e0
_FIRST_FROM_BELOW = 8  # vectors for exceptions from a lower exception level


def _vectors(table: str, numbers: range) -> list[int]:
    return [session.hypervisor.address(table) + 0x80 * number for number in numbers]


@cache
def guest_exits() -> list[int]:
    """Where EL2 begins when a guest traps."""
    return _vectors("guest_vectors", range(_FIRST_FROM_BELOW, 16))


@cache
def guest_entries() -> list[int]:
    """The ERET into a guest."""
    return session.hypervisor.words_of("guest_enter", ERET)


@cache
def world_entries() -> list[int]:
    """Vectors: who comes here is in another world than before."""
    places = guest_exits() + _vectors("kernel_vectors", range(_FIRST_FROM_BELOW, 10))
    return places + (_vectors("host_vectors", range(_FIRST_FROM_BELOW, 9)) if session.design() == "split" else [])


@cache
def world_returns() -> list[int]:
    """ERETs: the next instruction is in another world."""
    names = ["guest_enter", "run_user", *(["host_call"] if session.design() == "split" else [])]
    return [address for name in names for address in session.hypervisor.words_of(name, ERET)]


def vector_at(pc: int) -> int | None:
    """The number of the guest vector whose first instruction is at pc."""
    return (pc - session.hypervisor.address("guest_vectors")) // 0x80 if pc in guest_exits() else None
