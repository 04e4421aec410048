# SPDX-License-Identifier: Apache-2.0
"""`hyp next-exit`, `hyp next-entry`, `hyp step-world`: from one change of worlds to the next."""

from . import machine, objects, position, running, tables, world, world_boundaries
from .command import Command, none_wanted

# Vectors that have no exception class, by their place among four.
_KINDS = {1: "IRQ", 2: "FIQ", 3: "SError"}


def exit_here() -> dict:
    """Of a CPU at the first instruction of a guest's vector."""
    vector = world_boundaries.vector_at(machine.pc())
    kind = _KINDS.get(vector % 4)
    # An IRQ or FIQ leaves ESR_EL2 as an earlier exception left it, and only aborts fill the registers of addresses.
    esr = machine.system("ESR_EL2") if tables.has_syndrome(vector) else None
    syndrome = None if esr is None else tables.syndrome(esr)
    name = kind or syndrome["class"]
    aborted = name in ("IABT_LOW", "DABT_LOW")
    told = {"class": name, "vector": vector, "ESR_EL2": esr, "syndrome": syndrome,
            "ELR_EL2": machine.system("ELR_EL2"), "SPSR_EL2": machine.system("SPSR_EL2"),
            "FAR_EL2": machine.system("FAR_EL2") if aborted else None,
            "HPFAR_EL2": machine.system("HPFAR_EL2") if aborted else None, "pc": machine.pc(), "icount": position.icount()}
    with machine.physical():
        vcpu = objects.current_vcpu()
    return told | {"vm": vcpu.vm, "vcpu": vcpu.index, "owner": vcpu.owner}


def show_exit(told: dict) -> str:
    why = tables.show_syndrome(told["syndrome"]) if told["vector"] % 4 == 0 else f"{told['class']}: an interrupt"
    lines = [f"exit of VM {told['vm']} vCPU {told['vcpu']} to EL2, vector {told['vector']}: {why}",
             f"  from {told['ELR_EL2']:#x}"]
    lines[-1] += ", no syndrome" if told["ESR_EL2"] is None else f", ESR_EL2 {told['ESR_EL2']:#x}"
    if told["FAR_EL2"] is not None:
        lines[-1] += f", FAR_EL2 {told['FAR_EL2']:#x}, HPFAR_EL2 {told['HPFAR_EL2']:#x}"
    return "\n".join(lines)


class NextExit(Command):
    """Run until a guest traps to EL2: to the first instruction of EL2's vector.

hyp next-exit [CLASS] [vcpu N] [--json]

CLASS is an exception class as in the trace (HVC64, DABT_LOW, SYS64, ...), or IRQ. N is the vCPU's owner number in the trace, from 1
through all VMs."""

    NAME = "next-exit"

    def answer(self, words: list[str]) -> dict:
        wanted, owner = self._understand(words)

        kind = next((number for number, name in _KINDS.items() if name == wanted), 0)

        def accept() -> bool:
            if machine.el() != 2:  # a guest's own code at the same address
                return False
            if wanted is not None and not kind and tables.syndrome(machine.system("ESR_EL2"))["class"] != wanted:
                return False
            return owner is None or owner == exit_here()["owner"]

        # Only where such an exit can come: each stop that is not wanted takes its time.
        vectors = [at for at in world_boundaries.guest_exits() if wanted is None or world_boundaries.vector_at(at) % 4 == kind]
        running.until(vectors, accept)
        return exit_here()

    def _understand(self, words: list[str]) -> tuple[str | None, int | None]:
        wanted = owner = None
        words = list(words)
        if "vcpu" in words:
            at = words.index("vcpu")
            if at + 1 == len(words):
                raise self.wrong("which vCPU? Its number is missing")
            owner = self.number(words[at + 1])
            del words[at:at + 2]
        if words:
            known = {row.name for row in tables.exception_classes().values()} | set(_KINDS.values())
            named = {name.lower(): name for name in known}
            wanted = named.get(words.pop(0).lower())
            if wanted is None:
                raise self.wrong("there is no such exception class; they are " + ", ".join(sorted(known)))
        none_wanted(self, words)
        return wanted, owner

    def text(self, told: dict) -> str:
        return show_exit(told)


class NextEntry(Command):
    """Run until a guest is entered: to the ERET, which is the last instruction before the guest's.

hyp next-entry [--json]"""

    NAME = "next-entry"

    def answer(self, words: list[str]) -> dict:
        none_wanted(self, words)
        running.until(world_boundaries.guest_entries(), lambda: machine.el() == 2)
        with machine.physical():
            vcpu = objects.current_vcpu()
        return {"vm": vcpu.vm, "vcpu": vcpu.index, "owner": vcpu.owner, "pc": machine.pc(), "icount": position.icount(),
                "ELR_EL2": machine.system("ELR_EL2"), "SPSR_EL2": machine.system("SPSR_EL2")}

    def text(self, told: dict) -> str:
        mode = tables.decode(tables.register("SPSR_EL2"), told["SPSR_EL2"])["M"]
        return (f"entry of VM {told['vm']} vCPU {told['vcpu']}: ERET to {told['ELR_EL2']:#x}, EL{mode >> 2 & 3}, "
                f"SPSR_EL2 {told['SPSR_EL2']:#x}")


class StepWorld(Command):
    """Run until the world changes: to the first instruction in another exception level or another world.

hyp step-world [--json]"""

    NAME = "step-world"

    def answer(self, words: list[str]) -> dict:
        none_wanted(self, words)
        before = world.here()
        if machine.instruction() != world_boundaries.ERET or machine.pc() not in world_boundaries.world_returns():
            entries = set(world_boundaries.world_entries())

            def changed() -> bool:
                kernel = 1 if machine.pc() not in world_boundaries.guest_exits() and world.session.design() == "split" else 2
                return machine.el() >= kernel or machine.pc() not in entries

            running.until([*entries, *world_boundaries.world_returns()], lambda: machine.el() > 0 and not _is_guest() and changed())
        if machine.pc() in world_boundaries.world_returns() and machine.instruction() == world_boundaries.ERET:
            running.step()
        return {"from": before, "to": world.here(), "icount": position.icount()}

    def text(self, told: dict) -> str:
        return f"from {world.show(told['from'])} to {world.show(told['to'])}, pc {told['to']['pc']:#x}"


def _is_guest() -> bool:
    return machine.el() < 2 and machine.field("HCR_EL2", "VM") == 1


NextExit()
NextEntry()
StepWorld()
