# SPDX-License-Identifier: Apache-2.0
"""One run of a student's image as the grader watches it: QEMU's log, and the plugin that sees what the guest executes
(scripts/qemu_plugin/guest_witness.cpp). Console and run page are the image's own words; no points rest on them."""

import dataclasses
import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .. import process
from ..machine.qemu_machine import RESERVED_UNTRACED, boot_arguments, escape, make_layout, qemu_command
from ..machine.vm_options import Vm
from ..paths import host_plugin
from .base_build import lab_guest
from .guest_seed import GuestSeed, seeded_image
from .idle_process import IdleProcess
from .qemu_log import Exit, Sealed, SealTable, count_from_el1, exceptions, exits, read_log, sealed
from .trouble import GraderTrouble

BUDGET = 30_000_000  # instructions of a reference's run; one that spent it would fail its lab's proof
BUDGET_SPENT_STATUS = 99  # the plugin's
PATIENCE = 300  # seconds, for a machine that is so busy that the budget is not spent by then
GUEST_MEMORY = 16 << 20
GUEST_ADDRESS = 0x4008_0000  # where a flat guest lies in its RAM
STORM = "storm"  # the machine took exceptions without end and executed nothing
IDLE = "idle"  # all waited, and nothing would have woken them
CONSOLE_MOST = 65536  # bytes of the image's own words that are kept
LOG_MOST = 16 << 20  # bytes of QEMU's log; a reference's that had more would fail its lab's proof
_HANDLER = "_ZN2ws11handle_exitERNS_4VcpuE"  # ws::handle_exit(Vcpu&)
_NOTHING_WITNESSED = {"instructions": 0, "budget_spent": False, "handled": 0, "guest": {"instructions": 0, "path": ""},
                      "foreign": {"instructions": 0, "first": None}}


@dataclass(frozen=True)
class Seen:
    """What was seen of one run, from outside of the machine."""

    exits: tuple[Exit, ...]  # but for the sealed bytes
    traps_of_exits: tuple[int, ...]  # how many exceptions EL2 took for each of them, the exit itself included
    sealed: dict[int, list[Sealed]]  # by VM
    all_exits: int  # those too
    all_traps: int  # exceptions from EL1 to EL2, a host's at EL1 and interrupts too
    instructions: int  # of the whole machine
    guest_instructions: int
    guest_path: str
    handled: int  # how often the kernel's handle_exit was called
    foreign: int  # instructions at the guest's addresses that are not the guest's
    first_foreign: str | None
    budget_spent: bool
    stopped: str  # by the grader: STORM, IDLE, or "". In a storm the counts are 0, for nobody has told them
    words: str = field(compare=False)  # the last lines of the image's console: to be shown, never to be believed


@dataclass(frozen=True)
class LabRun:
    """What is run: an image of a design, with one VM of a lab's guest for each seed, all on one CPU."""

    design: str
    hypervisor: Path
    guest: str
    seeds: tuple[GuestSeed, ...]
    folder: Path  # the run's own; nothing that is in it is read before
    budget: int = BUDGET
    cpu: str = "neoverse-n1"
    own_image: Path | None = None  # a guest that a student has written; it has no seed
    arguments: str = ""  # the guest's
    selfcheck: bool = False
    seals: bool = True  # it is a guest that speaks to the grader

    @property
    def image(self) -> Path:
        return self.own_image or lab_guest(self.guest)

    def qemu(self, more: list[str]) -> list[str]:
        """QEMU's command, once the files are there that it names."""
        self.folder.mkdir(parents=True, exist_ok=True)
        images = [self.own_image or seeded_image(self.image, dataclasses.replace(seed, vm=number), self.folder / f"guest{number}.bin")
                  for number, seed in enumerate(self.seeds, 1)]
        vms = [Vm(self.guest, mem=GUEST_MEMORY, pin=[0], append=self.arguments) for _ in images]
        layout = make_layout([vm.mem for vm in vms], [file.stat().st_size for file in images], RESERVED_UNTRACED)
        with self.ram.open("wb") as file:
            file.truncate(layout.total)
        self.told.unlink(missing_ok=True)
        plugin = (f"file={escape(host_plugin('guest_witness'))},out={escape(self.told)},at={GUEST_ADDRESS:#x},budget={self.budget},"
                  f"except={self.seal_table.first:#x},bytes={SealTable.COUNT * SealTable.BYTES if self.seals else 0},"
                  f"handler={symbol(self.hypervisor, _HANDLER):#x}" + "".join(f",image={escape(file)}" for file in images))
        return qemu_command(hypervisor=self.hypervisor, images=images, vms=vms, layout=layout, ram_file=self.ram, cpu=self.cpu, cpus=1,
                            mttcg=False, arguments=boot_arguments(layout, vms, self.selfcheck, []), extra=["-plugin", plugin, *more])

    @property
    def seal_table(self) -> SealTable:
        return SealTable(symbol(self.image, "seal_table") if self.seals else 0)

    @property
    def ram(self) -> Path:
        return self.folder / "ram"

    @property
    def told(self) -> Path:
        return self.folder / "witness.json"

    @property
    def log(self) -> Path:
        return self.folder / "exceptions.log"

    @property
    def console(self) -> Path:
        return self.folder / "console.log"


def watch(run: LabRun) -> Seen:
    """Runs it to its end and tells what was seen."""
    try:
        command = run.qemu(["-d", "int", "-D", str(run.log)])
        run.log.unlink(missing_ok=True)
        with started(run, command) as qemu:
            status = _wait(run, qemu)
    except OSError as error:
        raise GraderTrouble(f"{error.strerror}: {error.filename or run.folder}") from None
    if not isinstance(status, str) and status not in (0, BUDGET_SPENT_STATUS):
        complaint = (run.folder / "qemu.stderr").read_text(errors="replace").strip().splitlines()
        raise GraderTrouble(f"QEMU ended with {process.how_it_ended(status)}: {complaint[-1] if complaint else 'it said nothing'}")
    return _read(run, status if isinstance(status, str) else "")


def _wait(run: LabRun, qemu: subprocess.Popen) -> int | str:
    """QEMU's exit status, or why it was ended. Where a vector cannot be fetched a CPU takes one exception after the other and executes nothing,
    which spends no budget; but its log grows. Nor does a machine spend any that waits for ever."""
    waiting = IdleProcess(qemu.pid)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            return qemu.wait(0.05)
        except subprocess.TimeoutExpired:
            if run.log.exists() and run.log.stat().st_size > LOG_MOST:
                process.stop(qemu)
                return STORM
            if waiting.is_idle():
                process.stop(qemu)
                return IDLE
    raise GraderTrouble(f"QEMU took longer than {PATIENCE} s for {run.budget:,} instructions: the machine is too busy")


@contextmanager
def started(run: LabRun, command: list[str]) -> Iterator[subprocess.Popen]:
    """QEMU, ended at the end in any case."""
    qemu = None
    try:
        with run.console.open("wb") as output, (run.folder / "qemu.stderr").open("wb") as complaints:
            qemu = process.start(command, stdin=process.DEVNULL, stdout=output, stderr=complaints)
        yield qemu
    except FileNotFoundError as error:
        if error.filename != command[0]:
            raise
        raise GraderTrouble(f"{command[0]} is not installed: scripts/ws doctor tells how to mend it") from None
    finally:
        if qemu is not None:
            process.stop(qemu)
        run.ram.unlink(missing_ok=True)


def _read(run: LabRun, stopped: str) -> Seen:
    guest = range(GUEST_ADDRESS, GUEST_ADDRESS + symbol(run.image, "guest_image_bytes"))
    table = run.seal_table
    try:
        witness = _NOTHING_WITNESSED if stopped == STORM else json.loads(run.told.read_text(encoding="utf-8"))
        log = read_log(run.log)
        counted = exits(list(exceptions(log)), guest)
    except (OSError, ValueError) as error:
        raise GraderTrouble(f"the run of {run.design} cannot be read: {error}") from None
    all_exits = [one for one, _ in counted]
    own = [(one, traps) for one, traps in counted if table.byte(one) is None]
    return Seen(tuple(one for one, _ in own), tuple(traps for _, traps in own), sealed(all_exits, table), len(all_exits), count_from_el1(log), witness["instructions"],
                witness["guest"]["instructions"], witness["guest"]["path"], witness["handled"], witness["foreign"]["instructions"],
                witness["foreign"]["first"], witness["budget_spent"], stopped, _last_words(run.console))


@cache
def symbol(image: Path, name: str) -> int:
    """An address in an image, by the ELF file that lies beside it. A global one, for a file's own labels may have a global's name; if there is none,
    a file's own."""
    done = subprocess.run(["aarch64-linux-gnu-nm", image.with_suffix("")], capture_output=True, text=True, stdin=process.DEVNULL)
    found = next(filter(None, (re.search(rf"^(\w+) [{kind}] {re.escape(name)}$", done.stdout, re.MULTILINE) for kind in ("A-Z", "a-z"))), None)
    if not found:
        raise GraderTrouble(f"{image.with_suffix('')} has no symbol {name}: scripts/ws build --hyp makes it anew")
    return int(found[1], 16)


def _last_words(console: Path) -> str:
    with console.open("rb") as file:
        file.seek(max(0, console.stat().st_size - CONSOLE_MOST))
        return file.read().decode(errors="replace")
