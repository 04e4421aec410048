# SPDX-License-Identifier: Apache-2.0
"""One run: guests on a design of the hypervisor in QEMU, with its trace captured beside it."""

import dataclasses
import datetime
import json
import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .. import process, signals
from ..linux.guest_files import GuestFiles, guest_files
from ..machine.boot_options import check_arguments
from ..machine.console import Console, SerialInput
from ..machine.instruction_count import plugin_arguments, take_counts
from ..machine.qemu_machine import (RESERVED_UNTRACED, Layout, boot_arguments, make_layout, module_bytes, native_command,
                                    qemu_command)
from ..machine.qemu_monitor import Monitor
from ..machine.vm_options import Vm, show_pin
from ..optimisations import names_of, show_optimisations
from ..paths import NATIVE, XEN, guest_image
from ..problem import Problem
from ..program_version import program_version
from .capture import Capture, NoCapture
from .recording import LateCapture, make_snapshot_disk, record_arguments
from .run_folder import RunFolder, identify
from .run_options import DEFAULT_TIMEOUT, Options  # noqa: F401
from .verdict import (BROKE, INTERRUPTED, SUCCESS, TIMED_OUT, End, Verdict, judge, judge_commands, judge_console,  # noqa: F401
                      judge_native, judge_peer, judge_xen)

# What few runs need is loaded by those: to load all of it takes longer than a short run takes.
if TYPE_CHECKING:
    from ..linux.vm_commands import Commands
    from .peer_run import KvmMachine, XenMachine


@dataclass
class Result:
    """How a run ended. `description` is what stands in run.json."""

    status: int
    words: str
    folder: Path
    description: dict
    console_problem: str = ""  # why not all of the console was kept and shown

    @property
    def console(self) -> str:
        return (self.folder / "console.log").read_text(encoding="utf-8", errors="replace")


def finished_run(options: Options) -> bool:
    """Was just this run, of these very images, done already with success? Then its folder has what a new one would."""
    try:
        if options.is_peer or any(vm.is_system for vm in options.vms):
            return False
        options.build_images()
        done = json.loads((options.folder() / "run.json").read_text(encoding="utf-8"))
        if options.trace != "off" and not (options.folder() / "trace").is_dir():
            return False
        return (done["exit_status"] == SUCCESS and done["options"] == asdict(options)
                and done["hypervisor"] == identify(options.hypervisor_image)
                and [vm["image"] for vm in done["vms"]] == [identify(guest_image(vm.guest)) for vm in options.vms])
    except (OSError, ValueError, KeyError):
        return False


def run(options: Options, show_console_on: int | None = None, show_all_on: int | None = None) -> Result:
    """Runs to the end. Problems that no run came out of are raised; how a run ended is the result's. With commands for a guest
    to run, `show_console_on` gets what they print, and `show_all_on` the console itself."""
    options.build_images()
    options.check()
    make_machine = _parts(options)
    with signals.raised(), SerialInput(options.typed) as serial_input, RunFolder(options.folder()) as folder:
        machine = make_machine(folder)
        started = datetime.datetime.now(datetime.timezone.utc)
        qemu_version = program_version(machine.command[0])
        clock = time.monotonic()
        commands = _commands(options.vms)
        try:
            machine.make_files()
            capture = machine.capture(environment(options, qemu_version, started))
            end = _execute(machine, folder, options, capture, serial_input.fd,
                           _View(show_console_on, show_all_on, commands))
        finally:
            if not options.keep_ram:
                folder.ram.unlink(missing_ok=True)
        console = folder.console.read_bytes() if folder.console.exists() else b""
        verdict = _judge(end, options, console, commands)
        hang = machine.report(end.looks, console) if verdict.status == TIMED_OUT else None
        description = {
            "verdict": verdict.name,
            "words": verdict.words,
            "hang": hang,
            "exit_status": verdict.status,
            "guest_status": end.capture.get("status") if end.capture.get("verdict") == "guest_exit" else None,
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - clock, 3),
            "options": asdict(options),
            "optimisations": names_of(options.optimisations) if options.design == "vhe" else None,
            "icount": not options.mttcg,
            "instructions": take_counts(folder.path) if options.count else None,
            **machine.description(),
            "qemu": {"version": qemu_version, "command": machine.command, "exit_status": end.qemu_status},
            "host": {"machine": platform.machine(), "system": platform.platform()},
            "capture": end.capture,
            "trace": "trace" if folder.trace.is_dir() else None,
        }
        folder.describe(description)
        return Result(verdict.status, verdict.words, folder.path, description, end.console_problem)


def _parts(options: Options) -> Callable[[RunFolder], "AnyMachine"]:
    """All that the machine is made of, but for its folder."""
    if options.is_peer:
        from .peer_run import peer_maker

        return peer_maker(options)
    if options.design != NATIVE:
        options.hypervisor_image  # if it is missing that is to be said first
    guests = [guest_files(vm, options.file) for vm in options.vms]
    if options.design != NATIVE:
        check_arguments([guest.arguments for guest in guests])
    return lambda folder: Machine(options, guests, folder)


class Machine:
    """What QEMU is to be started with: the hypervisor and its VMs, or the guest alone."""

    last_words = None  # QEMU ends by itself

    def __init__(self, options: Options, guests: list[GuestFiles], folder: RunFolder):
        self._options, self._guests, self._folder = options, guests, folder
        vms = [dataclasses.replace(vm, append=guest.arguments) for vm, guest in zip(options.vms, guests)]
        self._ramdisks = [folder.ramdisk(number) if guest.ramdisk is not None else None
                          for number, guest in enumerate(guests, 1)]
        self.layout: Layout | None = None
        extra = [*options.qemu, *(plugin_arguments(folder.path) if options.count else []),
                 *(record_arguments(folder) if options.record else [])]
        same = {"cpu": options.cpu, "mttcg": options.mttcg, "extra": extra, "keyboard": options.has_keyboard,
                "waits": options.waits_for_people}
        if options.design == NATIVE:
            self.command = native_command(image=guests[0].image, ramdisk=self._ramdisks[0], vm=vms[0], **same)
            return
        reserved = RESERVED_UNTRACED if options.trace == "off" else options.trace_memory
        images = [module_bytes(guest.image.stat().st_size, len(guest.ramdisk or b"")) for guest in guests]
        self.layout = layout = make_layout([vm.mem for vm in vms], images, reserved)
        self.command = qemu_command(hypervisor=self._hypervisor, images=[guest.image for guest in guests],
                                    ramdisks=self._ramdisks, vms=vms, layout=layout, ram_file=folder.ram,
                                    cpus=options.cpus,
                                    arguments=boot_arguments(layout, vms, options.selfcheck, options.boot), **same)

    @property
    def _hypervisor(self) -> Path:
        return self._options.hypervisor_image

    def make_files(self) -> None:
        for file, guest in zip(self._ramdisks, self._guests):
            if file is not None:
                file.write_bytes(guest.ramdisk)
        if self.layout is not None:
            self._folder.make_ram(self.layout.total, self.layout.guest_memory)
        if self._options.record:
            make_snapshot_disk(self._folder.snapshot)

    def capture(self, environment: dict[str, str]) -> Capture | LateCapture | NoCapture:
        if self.layout is None:
            return NoCapture()
        kind = LateCapture if self._options.record else Capture
        return kind(self._folder, self.layout.reserved_offset, environment)

    def look(self, monitor: Monitor | None) -> list:
        """At what it is doing."""
        from ..machine.hang_report import take_looks

        if self.layout is None:
            return take_looks(monitor, None, 0, 0)
        return take_looks(monitor, self._folder.ram, self.layout.reserved_offset, self._options.cpus)

    def report(self, looks: list, console: bytes) -> dict:
        from ..machine.hang_report import report

        options = self._options
        vms = [(vm.vcpus, guest.image) for vm, guest in zip(options.vms, self._guests)]
        return report(looks, options.design, vms, not options.mttcg, console)

    def description(self) -> dict:
        layout, options = self.layout, self._options
        if layout is None:
            memories, addresses = [vm.mem for vm in options.vms], [None]
        else:
            memories, addresses = layout.guests, layout.image_addresses
        return {
            "layout": {**asdict(layout), "total": layout.total, "reserved_offset": layout.reserved_offset}
            if layout else None,
            "hypervisor": identify(self._hypervisor) if layout else None,
            "vms": [_describe(*vm) for vm in zip(options.vms, self._guests, self._ramdisks, memories, addresses)],
        }


AnyMachine = "Machine | KvmMachine | XenMachine"


def _commands(vms: list[Vm]) -> "Commands | None":
    if all(vm.exec is None for vm in vms):
        return None
    from ..linux.vm_commands import Commands

    return Commands(vms)


def environment(options: Options, qemu_version: str, started: datetime.datetime) -> dict[str, str]:
    """For the trace: what the run page does not tell of the run."""
    vms = options.vms
    environment = {"design": options.design, "guest": "+".join(Path(vm.guest).stem for vm in vms),
                   "arguments": options.append, "cpu": options.cpu, "cpus": str(options.cpus),
                   # Without it the trace's clock is the host's time, not a count of instructions.
                   "icount": "no" if options.mttcg else "yes",
                   "qemu": qemu_version, "date": started.isoformat(timespec="seconds")}
    if options.design == "vhe":
        environment["optimisations"] = show_optimisations(options.optimisations)
    for number, vm in enumerate(vms, 1):
        environment[f"vm{number}"] = Path(vm.guest).stem
        environment[f"vm{number}_vcpus"] = str(vm.vcpus)
        environment[f"vm{number}_pin"] = show_pin(vm.pin)
        environment[f"vm{number}_arguments"] = vm.append
    return environment


@dataclass(frozen=True)
class _View:
    """Who sees what of the console."""

    shown_on: int | None
    all_on: int | None
    commands: "Commands | None"

    def open(self, source, log: Path) -> Console:
        return Console(source, log, self.shown_on, self.commands.feed if self.commands else None, self.all_on)

    def broken(self) -> bool:
        return self.commands is not None and self.commands.broken != ""


def _execute(machine: AnyMachine, folder: RunFolder, options: Options, capture: Capture | LateCapture | NoCapture, serial_input: int,
             view: _View) -> End:
    qemu = None
    reason = "ended"
    looks = []
    # What a recording is replayed with has no such socket.
    monitor = None if options.record else Monitor()
    try:
        try:
            with signals.held(), folder.qemu_stderr.open("wb") as complaints:  # or QEMU could run with nobody to know of it
                qemu = _start(machine.command, monitor, serial_input, complaints)
                console = view.open(qemu.stdout, folder.console)
            reason = _wait(qemu, capture, options.timeout, view, lambda: _has_said(machine, folder))
            looks = machine.look(monitor) if reason == "time_out" else []
        except KeyboardInterrupt:
            if qemu is None:
                raise
            reason = "interrupted"
        process.stop(qemu)
        console.finish()
        told, problem = {}, ""
        try:
            told = capture.finish()
        except Problem as error:
            problem = str(error)
        complaint = folder.qemu_stderr.read_text(errors="replace").strip()
        if not complaint:
            folder.qemu_stderr.unlink()
        return End(reason, qemu.returncode, complaint, told, problem, console.problem, looks)
    finally:
        if qemu is not None:
            process.stop(qemu)
        if monitor:
            monitor.close()
        capture.stop()


def _start(command: list[str], monitor: Monitor | None, serial_input: int, complaints: BinaryIO) -> subprocess.Popen:
    watched = {"pass_fds": monitor.handed_on} if monitor else {}
    try:
        qemu = process.start([*command, *(monitor.arguments if monitor else [])], stdin=serial_input, stdout=subprocess.PIPE,
                             stderr=complaints, **watched)
    except FileNotFoundError:
        raise Problem("qemu-system-aarch64 is not installed: scripts/ws doctor tells how to mend it", BROKE) from None
    if monitor:
        monitor.started()
    return qemu


def _wait(qemu: subprocess.Popen, capture: Capture | LateCapture | NoCapture, timeout: float, view: _View,
          is_over: Callable[[], bool]) -> str:
    deadline = time.monotonic() + timeout if timeout else float("inf")
    while time.monotonic() < deadline:
        try:
            qemu.wait(0.2)
            return "ended"
        except subprocess.TimeoutExpired:
            if is_over():
                return "ended"
            if capture.ended_early():
                return "capture_broke"
            if view.broken():
                return "guest_broke"
    return "time_out"


def _has_said(machine: AnyMachine, folder: RunFolder) -> bool:
    """Its last words, after which it would run for ever?"""
    return machine.last_words is not None and folder.console.exists() and \
        machine.last_words.search(folder.console.read_bytes()) is not None


def _judge(end: End, options: Options, console: bytes, commands: "Commands | None") -> Verdict:
    if options.design == XEN:
        verdict = judge_xen(end, console, options.timeout)
    elif options.is_peer:
        verdict = judge_peer(end, console, options.timeout)
    elif options.design == NATIVE:
        verdict = judge_native(end, console, options.vms[0].is_linux or "-no-reboot" in options.qemu, options.timeout, options.has_keyboard)
    else:
        verdict = judge(end, len(options.vms), options.timeout, options.has_keyboard, console)
    verdict = judge_commands(verdict, commands.broken, commands.status) if commands else verdict
    return judge_console(verdict, end)


def _describe(vm: Vm, files: GuestFiles, ramdisk: Path | None, memory: int, image_address: int | None) -> dict:
    told = {"guest": vm.guest, "image": identify(files.image), "image_address": image_address, "vcpus": vm.vcpus,
            "mem": memory, "pin": vm.pin, "load": vm.load, "arguments": vm.append, "disk": vm.disk or None, "net": vm.net}
    if ramdisk is not None:
        told |= {"ramdisk": identify(ramdisk), "exec": vm.exec}
    return told
