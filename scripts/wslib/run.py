# SPDX-License-Identifier: Apache-2.0
"""One run: a guest on a design of the hypervisor in QEMU, with its trace captured beside it."""

import datetime
import hashlib
import json
import platform
import signal
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import process
from .capture import Capture
from .console import Console
from .machine import (CPUS_WITHOUT_VHE, DEFAULT_CPU, DEFAULT_MEMORY, DEFAULT_TRACE_MEMORY, MAX_CPUS, RESERVED_UNTRACED,
                      make_layout, qemu_command)
from .paths import RUNS, guest_image, hypervisor_image
from .problem import Problem, usage_problem
from .run_folder import RUN_BROKE, RunFolder

SUCCESS, GUEST_FAILED, GUEST_CRASHED, PANICKED, TIMED_OUT, BROKE = 0, 1, 3, 4, 5, RUN_BROKE
INTERRUPTED = 130


@dataclass
class Options:
    """What `ws run` was asked for. Each field is an option of that command."""

    design: str
    guest: str
    cpus: int = 1
    mem: int = DEFAULT_MEMORY
    cpu: str = DEFAULT_CPU
    trace: str = "full"
    trace_memory: int = DEFAULT_TRACE_MEMORY
    out: str = ""
    timeout: float = 300
    append: str = ""
    selfcheck: bool = False
    keep_ram: bool = False
    qemu: list[str] = field(default_factory=list)

    def check(self) -> None:
        if not 1 <= self.cpus <= MAX_CPUS:
            raise usage_problem(f"--cpus {self.cpus}: from 1 to {MAX_CPUS}")
        if self.timeout < 0:
            raise usage_problem("--timeout: seconds, or 0 for none")
        if self.design == "vhe" and self.cpu in CPUS_WITHOUT_VHE:
            raise usage_problem(f"the vhe design needs a CPU with VHE (Armv8.1 or later), and {self.cpu} is Armv8.0; "
                                f"leave --cpu out for {DEFAULT_CPU}")

    def folder(self) -> Path:
        """--out, or a folder under out/ named after what makes this run another one."""
        if self.out:
            return Path(self.out)
        name = f"{self.design}-{Path(self.guest).stem}"
        if self.trace != "full":
            name += f"-{self.trace}"
        if self.cpus != 1:
            name += f"-{self.cpus}cpus"
        return RUNS / name


@dataclass
class Result:
    """How a run ended. `description` is what stands in run.json."""

    status: int
    words: str
    folder: Path
    description: dict

    @property
    def console(self) -> str:
        return (self.folder / "console.log").read_text(encoding="utf-8", errors="replace")


def finished_run(options: Options) -> bool:
    """Was just this run, of these very images, done already with success? Then its folder has what a new one would."""
    try:
        done = json.loads((options.folder() / "run.json").read_text(encoding="utf-8"))
        if options.trace != "off" and not (options.folder() / "trace").is_dir():
            return False
        return (done["exit_status"] == SUCCESS and done["options"] == asdict(options)
                and done["hypervisor"] == _identify(hypervisor_image(options.design, options.trace))
                and done["guest"] == _identify(guest_image(options.guest)))
    except (OSError, ValueError, KeyError):
        return False


class _Stopped(Exception):
    """Somebody sent SIGTERM."""


def run(options: Options, show_console_on: int | None = None) -> Result:
    """Runs to the end. Problems that no run came out of are raised; how a run ended is the result's."""
    options.check()
    hypervisor = hypervisor_image(options.design, options.trace)
    guest = guest_image(options.guest)
    reserved = RESERVED_UNTRACED if options.trace == "off" else options.trace_memory
    layout = make_layout(options.mem, guest.stat().st_size, reserved)
    boot_arguments = f"reserve={layout.reserved} vm.mem={layout.guest} vm.cpus=1"
    if options.selfcheck:
        boot_arguments += " selfcheck"

    with RunFolder(options.folder()) as folder:
        command = qemu_command(image=hypervisor, guest=guest, layout=layout, ram_file=folder.ram, cpu=options.cpu,
                               cpus=options.cpus, append=options.append, boot_arguments=boot_arguments,
                               extra=options.qemu)
        started = datetime.datetime.now(datetime.timezone.utc)
        qemu_version = process.first_line([command[0], "--version"])
        # What the run page does not tell of the run.
        environment = {"design": options.design, "guest": Path(options.guest).stem, "arguments": options.append,
                       "cpu": options.cpu, "cpus": str(options.cpus), "qemu": qemu_version,
                       "date": started.isoformat(timespec="seconds")}
        clock = time.monotonic()
        try:
            folder.make_ram(layout.total)
            end = _execute(command, folder, options, environment, layout.reserved_offset, show_console_on)
        finally:
            if not options.keep_ram:
                folder.ram.unlink(missing_ok=True)
        status, words = _judge(end, options)
        description = {
            "verdict": _VERDICT_NAMES.get(status, "interrupted"),
            "words": words,
            "exit_status": status,
            "guest_status": end.capture.get("status") if end.capture.get("verdict") == "guest_exit" else None,
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - clock, 3),
            "options": asdict(options),
            "layout": {**asdict(layout), "total": layout.total, "reserved_offset": layout.reserved_offset,
                       "image_address": layout.image_address},
            "hypervisor": _identify(hypervisor),
            "guest": _identify(guest),
            "qemu": {"version": qemu_version, "command": command, "exit_status": end.qemu_status},
            "host": {"machine": platform.machine(), "system": platform.platform()},
            "capture": end.capture,
            "trace": "trace" if folder.trace.is_dir() else None,
        }
        folder.describe(description)
        return Result(status, words, folder.path, description)


@dataclass
class _End:
    """What is left when QEMU and the capture are gone."""

    reason: str  # ended, time_out, interrupted, capture_broke
    qemu_status: int | None
    qemu_complaint: str
    capture: dict
    problem: str = ""


def _execute(command: list[str], folder: RunFolder, options: Options, environment: dict[str, str], offset: int,
             show_console_on: int | None) -> _End:
    capture = Capture(folder, offset, environment)
    qemu = None
    reason = "ended"
    previous = signal.signal(signal.SIGTERM, _raise_stopped)
    try:
        with folder.qemu_stderr.open("wb") as complaints:
            try:
                qemu = process.start(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints)
            except FileNotFoundError:
                raise Problem("qemu-system-aarch64 is not installed: scripts/ws doctor tells how to mend it",
                              BROKE) from None
        console = Console(qemu.stdout, folder.console, show_console_on)
        try:
            reason = _wait(qemu, capture, options.timeout)
        except (KeyboardInterrupt, _Stopped):
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
        return _End(reason, qemu.returncode, complaint, told, problem)
    finally:
        signal.signal(signal.SIGTERM, previous)
        if qemu is not None:
            process.stop(qemu)
        capture.stop()


def _raise_stopped(*_arguments) -> None:
    raise _Stopped


def _wait(qemu: subprocess.Popen, capture: Capture, timeout: float) -> str:
    deadline = time.monotonic() + timeout if timeout else float("inf")
    while time.monotonic() < deadline:
        try:
            qemu.wait(0.2)
            return "ended"
        except subprocess.TimeoutExpired:
            if capture.ended_early():
                return "capture_broke"
    return "time_out"


_VERDICT_NAMES = {SUCCESS: "success", GUEST_FAILED: "failure", GUEST_CRASHED: "crash", PANICKED: "panic",
                  TIMED_OUT: "time_out", BROKE: "broken"}


def _judge(end: _End, options: Options) -> tuple[int, str]:
    """The exit status of the run and the sentence that says it."""
    message = end.capture.get("message", "")
    if end.reason == "interrupted":
        return INTERRUPTED, "interrupted"
    match end.capture.get("verdict"):
        case "guest_exit" if end.capture["status"] == 0:
            return SUCCESS, "the guest succeeded"
        case "guest_exit":
            return GUEST_FAILED, f"the guest reported failure: exit status {end.capture['status']}"
        case "guest_crash":
            return GUEST_CRASHED, f"the guest crashed: {message or 'no reason given'}"
        case "hypervisor_panic":
            return PANICKED, f"the hypervisor panicked: {message or 'no reason given'}"
    if end.reason == "time_out":
        return TIMED_OUT, f"time-out: no verdict after {options.timeout:g} s"
    if end.problem:
        return BROKE, end.problem
    complaints = [line for line in end.qemu_complaint.splitlines() if "warning:" not in line]
    said = f": {complaints[-1]}" if complaints else ""
    if end.qemu_status:
        return BROKE, f"QEMU failed with exit status {end.qemu_status}{said}"
    return BROKE, f"QEMU ended without a verdict from the hypervisor{said}"


def _identify(file: Path) -> dict:
    return {"file": str(file), "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
