# SPDX-License-Identifier: Apache-2.0
"""`hyp world`: in which world each CPU is."""

from contextlib import contextmanager

import gdb

from . import machine, objects, session
from .command import Command, none_wanted

GUEST, HOST, LOWVISOR = "guest", "host", "lowvisor"


def here() -> dict:
    """Of the selected CPU."""
    level = machine.el()
    # Stage 2 is on for guests alone, in every design.
    if level < 2 and machine.field("HCR_EL2", "VM"):
        world = GUEST
    elif level == 2 and session.design() == "split":
        world = LOWVISOR
    else:
        world = HOST
    told = {"el": level, "world": world, "E2H": machine.field("HCR_EL2", "E2H"), "TGE": machine.field("HCR_EL2", "TGE"),
            "VMID": machine.field("VTTBR_EL2", "VMID"), "vm": None, "vcpu": None, "owner": 0, "pc": machine.pc()}
    try:
        with machine.physical():
            vcpu = objects.current_vcpu()
    except gdb.error:
        vcpu = None  # its thread is being made, or the CPU has not yet come that far
    if vcpu is not None:
        told |= {"vm": vcpu.vm, "vcpu": vcpu.index, "owner": vcpu.owner}
    return told


def show(told: dict) -> str:
    whose = f", VM {told['vm']} vCPU {told['vcpu']}" if told["vm"] is not None else ""
    return f"{told['world']} EL{told['el']}{whose}"


@contextmanager
def same_thread():
    before = gdb.selected_thread()
    try:
        yield
    finally:
        if before is not None and before.is_valid():
            before.switch()


def everywhere() -> list[dict]:
    with same_thread():
        told = []
        for thread in sorted(gdb.selected_inferior().threads(), key=lambda thread: thread.num):
            thread.switch()
            told.append({"cpu": thread.num - 1, **here()})
        return told


class World(Command):
    """Say of each CPU in which world it is: its exception level, guest, host or lowvisor, and whose vCPU it has.

hyp world [--json]

A host's CPU has the vCPU whose thread it runs; that one's guest is not running then."""

    NAME = "world"

    def answer(self, words: list[str]) -> dict:
        none_wanted(self, words)
        return {"cpus": everywhere()}

    def text(self, told: dict) -> str:
        return "\n".join(f"CPU {cpu['cpu']}: {show(cpu)}, E2H={cpu['E2H']} TGE={cpu['TGE']} VMID={cpu['VMID']}, pc {cpu['pc']:#x}"
                         for cpu in told["cpus"])


World()
