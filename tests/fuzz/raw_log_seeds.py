#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes raw logs for raw_log_fuzzer to start from.

    raw_log_seeds.py FOLDER

The first byte, records and words are those of raw_log_fuzzer.cpp; kinds and their words, those of viewer/model/peers/raw_log.hpp.
"""

import struct
import sys
from pathlib import Path

RECORDS, AS_IT_IS, OF_XEN = 0, 1, 2
# Kinds, less 1.
WINDOW_BEGIN, WINDOW_END, KNOWN, MARK, EXCEPTION, RETURN, READ, STORED, WRITE, BRANCH, GENERAL, VECTOR, PLACE = range(13)
JUMP, CALL, BACK, CONDITIONAL = range(4)
# Ways to make a word of 16 bits: word_of().
PLAIN, KERNEL, NVHE, VCPU, HOST, HIGH, HIGH_ONE, E2H, E2H_ONE, TOP = range(10)

GUEST, BELOW = (HIGH_ONE, 0x8000), (HIGH, 0x8000)  # HCR_EL2
VHE_GUEST, VHE_HOST = (E2H_ONE, 0x4800), (E2H, 0x4880)
VMPIDR, HVC, EL1H, EL2H = (HIGH, 0x8000), (HIGH, 0x5A00), 0x3C5, 0x3C9
TTBR0_EL1, SP_EL0, HCR_EL2, VTTBR_EL2, MDCR_EL2 = 0xC100, 0xC208, 0xE088, 0xE108, 0xE089
MAGIC, VERSION = 0x474F4C5741525357, 1


def record(kind, *words, cpu=0, instructions=2):
    made = [word if isinstance(word, tuple) else (PLAIN, word) for word in words]
    return struct.pack("4B", kind, cpu, instructions, len(made)) + b"".join(struct.pack("<BH", *word) for word in made)


def begin(hcr, cpu=0):
    return record(WINDOW_BEGIN, 1000, 0x4000, cpu=cpu) + record(PLACE, 1, 1, hcr, VMPIDR, 0, 0x4000, cpu=cpu)


def exception(vector, spsr, hcr, esr=HVC, cpu=0):
    return record(EXCEPTION, vector, 2, esr, 0x4008, spsr, 0, 0, hcr, VMPIDR, cpu=cpu)


def back_to(elr, spsr, hcr, cpu=0):
    return record(RETURN, (NVHE, 0x1150), 2, elr, spsr, hcr, VMPIDR, cpu=cpu)


def branch(how, start, to, *arguments):
    return record(BRANCH, start, to, how, *arguments)


def nvhe(cpu=0):
    """A hypercall's way as tests/unit/raw_log_story.hpp has it."""
    out = (exception((NVHE, 0xC00), EL1H, GUEST, cpu=cpu) + branch(JUMP, (NVHE, 0xC10), (NVHE, 0x1000), 2, (VCPU, 0))
           + record(READ, (NVHE, 0x1010), SP_EL0, 77) + record(GENERAL, (NVHE, 0x1020), 2)
           + branch(BACK, (NVHE, 0x1030), (NVHE, 0x1580)) + branch(CALL, (NVHE, 0x1584), (NVHE, 0x1200), (VCPU, 0x100))
           + record(READ, (NVHE, 0x1210), TTBR0_EL1, 11) + record(STORED, (NVHE, 0x1214), TTBR0_EL1, (VCPU, 0x200))
           + branch(BACK, (NVHE, 0x1220), (NVHE, 0x1588)) + branch(CALL, (NVHE, 0x158C), (NVHE, 0x1400))
           + record(WRITE, (NVHE, 0x1410), HCR_EL2, BELOW) + branch(BACK, (NVHE, 0x1420), (NVHE, 0x1590))
           + branch(CALL, (NVHE, 0x1594), (NVHE, 0x1300), (HOST, 0))
           + record(WRITE, (NVHE, 0x1310), TTBR0_EL1, 22, (HOST, 0x200)) + branch(BACK, (NVHE, 0x1320), (NVHE, 0x1598))
           + branch(BACK, (NVHE, 0x159C), (NVHE, 0x1810)) + branch(BACK, (NVHE, 0x1820), (NVHE, 0x1700))
           + record(GENERAL, (NVHE, 0x1710), 2) + back_to((KERNEL, 0x40), EL1H, BELOW, cpu))
    host = branch(CALL, (KERNEL, 0x44), (KERNEL, 0x1000)) + branch(BACK, (KERNEL, 0x1010), (KERNEL, 0x48))
    into = (exception((NVHE, 0x400), EL1H, BELOW, cpu=cpu) + branch(CONDITIONAL, (NVHE, 0x410), (NVHE, 0x1600))
            + record(GENERAL, (NVHE, 0x1610), 1) + branch(CALL, (NVHE, 0x1620), (NVHE, 0x1800))
            + branch(CALL, (NVHE, 0x1804), (NVHE, 0x1500), (VCPU, 0)) + branch(CALL, (NVHE, 0x150C), (NVHE, 0x1300), (VCPU, 0x100))
            + record(WRITE, (NVHE, 0x1310), TTBR0_EL1, 11, (VCPU, 0x200)) + branch(BACK, (NVHE, 0x1320), (NVHE, 0x1510))
            + record(WRITE, (NVHE, 0x1514), VTTBR_EL2, 5) + record(WRITE, (NVHE, 0x1518), HCR_EL2, GUEST)
            + branch(CALL, (NVHE, 0x1530), (NVHE, 0x1100), (VCPU, 0)) + record(GENERAL, (NVHE, 0x1110), 1)
            + back_to(0x4008, EL1H, GUEST, cpu))
    return out + host + into


def vhe():
    return (exception((KERNEL, 0x2C00), EL1H, VHE_GUEST) + branch(JUMP, (KERNEL, 0x2C10), (KERNEL, 0x3000), 2, (VCPU, 0))
            + record(GENERAL, (KERNEL, 0x3010), 1) + branch(BACK, (KERNEL, 0x3020), (KERNEL, 0x2010))
            + branch(CALL, (KERNEL, 0x2014), (KERNEL, 0x3200), (VCPU, 0x100)) + record(VECTOR, (KERNEL, 0x3210), 1)
            + record(WRITE, (KERNEL, 0x3214), HCR_EL2, VHE_HOST) + record(KNOWN, MDCR_EL2, 2, 7)
            + branch(BACK, (KERNEL, 0x3220), (KERNEL, 0x2018)) + exception((KERNEL, 0x2A80), EL2H, VHE_HOST, 0)
            + back_to((KERNEL, 0x2018), EL2H, VHE_HOST) + record(WRITE, (KERNEL, 0x201C), HCR_EL2, VHE_GUEST)
            + branch(CALL, (KERNEL, 0x2020), (KERNEL, 0x3100), (VCPU, 0)) + back_to(0x4008, EL1H, VHE_GUEST))


def xen():
    return (exception((KERNEL, 0x400), EL1H, GUEST) + branch(CALL, (KERNEL, 0x410), (KERNEL, 0x1000))
            + record(WRITE, (KERNEL, 0x1004), HCR_EL2, GUEST) + branch(BACK, (KERNEL, 0x1008), (KERNEL, 0x414))
            + branch(CALL, (KERNEL, 0x418), (KERNEL, 0x2000)) + back_to(0x4008, EL1H, GUEST))


def logs():
    text = [(PLAIN, int.from_bytes(pair, "little")) for pair in (b"hy", b"pe")]
    mark = record(MARK, 1, 0, *text)
    yield "nvhe", RECORDS, begin(GUEST) + mark + nvhe() + nvhe() + record(WINDOW_END, 0x4010)
    yield "nvhe_two_cpus", RECORDS, begin(GUEST) + begin(GUEST, 1) + nvhe() + nvhe(1)
    yield "vhe", RECORDS, begin(VHE_GUEST) + vhe() + vhe()
    yield "xen", OF_XEN, begin(GUEST) + xen() + xen()
    plain = [MAGIC, VERSION, 1 | 2 << 16, 1000, 0x40000000, 13 | 6 << 16, 1, 1, 0x80000001, 0x80000000, 0, 0x40000000]
    yield "as_it_is", AS_IT_IS, struct.pack(f"<{len(plain)}Q", *plain)


def main() -> int:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, how, log in logs():
        (folder / name).write_bytes(bytes([how]) + log)
    return 0


if __name__ == "__main__":
    sys.exit(main())
