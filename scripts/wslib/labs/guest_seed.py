# SPDX-License-Identifier: Apache-2.0
"""What a run is made individual by: a page of a lab guest's image that is written before the run (guests/lib/seal.hpp). Nothing is compiled."""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

from ..problem import Problem

_MAGIC = struct.pack("<Q", 0x6465_6573_2062_616C)  # kLabMagic


# Which traps the rounds of guests/lab_registers take: Mix there.
MIXES = {"all": 0, "hypercall": 1, "io-kernel": 2, "io-user": 3, "self-ipi": 4, "vm-switch": 5}


@dataclass(frozen=True)
class GuestSeed:
    """LabSeed, but for its magic number."""

    seed: int
    key: int
    vm: int = 1
    rounds: int = 4
    mix: int = 0


def derived(seed: str, *purpose: object) -> int:
    """A number of 64 bits for one purpose. Seeds are text, such as a student's name and a teacher's secret."""
    words = "\0".join([seed, *map(str, purpose)])
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "little")


def seeded_image(image: Path, values: GuestSeed, to: Path) -> Path:
    """A copy of a guest's image with these values."""
    data = bytearray(image.read_bytes())
    at = data.find(_MAGIC)
    if at < 0 or data.find(_MAGIC, at + 1) >= 0:
        raise Problem(f"{image} is no guest of a lab: it has no place for a seed, or several")
    struct.pack_into("<5Q", data, at + len(_MAGIC), values.seed, values.key, values.vm, values.rounds, values.mix)
    to.write_bytes(data)
    return to
