# SPDX-License-Identifier: Apache-2.0
"""Translates random addresses by our commands and by QEMU's own walk of the CPU's tables. `seed` and `count` are set."""

import json
import random

import gdb
from hypdebug import machine, session, stage1, stage2

chance = random.Random(seed)  # noqa: F821
# Where there are tables and where there are not: RAM, devices, processes, both ranges of addresses, and anything.
RANGES = ((0x4000_0000, 0x1860_0000), (0x4000_0000, 0x400_0000), (0x0800_0000, 0x400_0000), (0x40_0000_0000, 0x4000_0000),
          (0xffff_ff80_0000_0000, 0x80_0000_0000), (0, 1 << 39), (0, 1 << 64))

# A process has little memory: about its code and its stack.
for register in ("$pc", "$sp"):
    here = int(gdb.parse_and_eval(register)) & ((1 << 64) - 1)
    RANGES += ((max(here - 0x8000, 0), 0x1_0000),)


def qemu(address):
    said = session.monitor(f"gva2gpa {address:#x}")
    return int(said.split("gpa:")[1], 16) if "gpa:" in said else None


different, mapped = [], 0
vttbr, vtcr = machine.system("VTTBR_EL2"), machine.system("VTCR_EL2")
is_guest = machine.el() < 2 and machine.field("HCR_EL2", "VM") == 1
flat = is_guest and machine.field("SCTLR_EL1", "M") == 0
with machine.physical():
    for number in range(count):  # noqa: F821
        start, size = RANGES[number % len(RANGES)]
        address = start + chance.randrange(size)
        theirs = qemu(address)
        mapped += theirs is not None
        ours = stage1.walk(address)[1].output
        if ours != theirs:
            different.append(["walk", hex(address), ours, theirs])
        if flat and address >> 39 == 0:  # the guest's MMU is off: its virtual addresses are guest-physical
            second = stage2.translate(address, vttbr, vtcr).output
            if second != theirs:
                different.append(["s2", hex(address), second, theirs])
print(json.dumps({"different": different[:10], "mapped": mapped, "flat": flat, "el": machine.el(), "guest": is_guest}), flush=True)
