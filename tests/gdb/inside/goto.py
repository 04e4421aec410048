# SPDX-License-Identifier: Apache-2.0
"""Goes to events of the recorded run, back and forth around them, and prints what it finds there. `wanted` and `seed` are set."""

import json
import random

import gdb

NAMES = [f"x{number}" for number in range(31)] + ["sp", "pc", "cpsr", "ELR_EL2", "SPSR_EL2", "ESR_EL2", "HCR_EL2", "VTTBR_EL2", "ELR_EL1",
                                                 "TTBR0_EL1", "VBAR", "CNTV_CTL_EL0", "TPIDR_EL1", "TPIDR_EL2"]
visited = []
chance = random.Random(seed)  # noqa: F821  set before


def hyp(command):
    return json.loads(gdb.execute(f"hyp {command} --json", to_string=True))


def register(name):
    return int(gdb.newest_frame().read_register(name)) & 0xffff_ffff_ffff_ffff


def state():
    return [register(name) for name in NAMES]


for number in wanted:  # noqa: F821
    there = hyp(f"goto {number}")
    told = {"event": number, "there": there, "instruction": int.from_bytes(gdb.selected_inferior().read_memory(register("pc"), 4), "little"),
            **{name: register(name) for name in ("pc", "ELR_EL2", "SPSR_EL2", "ESR_EL2", "VBAR_EL2")}, "world": hyp("world")["cpus"][0]}
    # Going back takes as long as going to an event: only some are left and found again.
    if len(visited) % 5 == 0:
        before = state()
        far = chance.randint(2, 500)
        hyp(f"back {far}")
        told["moved"] = state() != before
        hyp(f"forward {far}")
        told["same"] = state() == before
    if there["kind"] == "trap":
        told["before"] = hyp("back")
        hyp("forward")
    visited.append(number)
    after = hyp("forward")
    told["after"] = after
    if told["instruction"] & 0xffff_ffe0 == 0xd53b_9d00:  # MRS Xt, PMCCNTR_EL0
        told["clock"] = register(f"x{told['instruction'] & 31}")
    print(json.dumps(told), flush=True)
