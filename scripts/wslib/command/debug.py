# SPDX-License-Identifier: Apache-2.0
"""`ws debug`: QEMU stopped at the machine's first instruction, and GDB on it with what scripts/gdb adds."""

import contextlib
import datetime
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from .. import process, signals
from ..linux.guest_files import guest_files
from ..machine.boot_options import check_arguments
from ..machine.qemu_machine import RAM_BASE, escape
from ..paths import NATIVE, ROOT, elf_of, shown
from ..problem import Problem, usage_problem
from ..run.one_run import Machine, environment
from ..run.recording import LateCapture, Recording
from ..run.run_folder import RUN_BROKE, RunFolder
from ..run.run_options import Options

GDB = "gdb-multiarch"
START = ROOT / "scripts/gdb/start.py"
SESSION = "WS_DEBUG_SESSION"  # the environment variable in which scripts/gdb finds the file that describes the session
PATIENCE = 30  # seconds for QEMU to open its sockets
_LONGEST_SOCKET = 107  # bytes that a Unix socket's name may have


@dataclass
class Asked:
    """The options of `ws debug` beside those of the machine."""

    commands: list[str] = field(default_factory=list)  # for GDB: -x FILE and -ex COMMAND, as they came
    batch: bool = False
    control: str = ""
    serve: str = ""
    at: int | None = None


def debug(options: Options, asked: Asked) -> int:
    """A machine of its own. When GDB has ended, the folder is one like that of a run."""
    if options.design == NATIVE:
        raise usage_problem("there is no hypervisor to debug with --design native")
    if options.is_peer:
        raise usage_problem(f"ws debug knows the designs of this hypervisor, and {options.design} is another's")
    options.build_images()
    options.check()
    if not options.out:
        options.out = str(options.folder().with_name("debug-" + options.folder().name))
    if asked.at is not None:
        raise usage_problem("--at is for --replay: only a run that was recorded has its events beforehand")
    hypervisor = options.hypervisor_elf
    guests = [guest_files(vm, options.file) for vm in options.vms]
    check_arguments([guest.arguments for guest in guests])
    # sleep=on: with sleep=off QEMU 7.2 goes on for ever, and runs nothing, when it was stopped where an interrupt is
    # taken. Time while every CPU waits is then the host's, so a session's counts are its own; a replay's are the
    # recorded ones.
    options.qemu = [*options.qemu, "-S", "-no-shutdown", *([] if options.mttcg else ["-icount", "sleep=on"])]
    with RunFolder(options.folder()) as folder, _Place(asked) as place:
        machine = Machine(options, guests, folder)
        machine.make_files()
        try:
            session = {
                "mode": "live", "design": options.design, "hypervisor": str(hypervisor), "cpus": options.cpus,
                "guests": [_elf(guest.image) for guest in guests], "folder": str(folder.path), "console": str(folder.console),
                "ram": str(folder.ram), "reserved_offset": machine.layout.reserved_offset, "trace": None,
                "recorded": options.trace != "off",
            }
            with _Qemu([*machine.command, *place.arguments()], folder.console, folder.qemu_stderr, place) as qemu:
                status = _gdb(session, asked, place, qemu)
            capture = LateCapture(folder, machine.layout.reserved_offset, environment(options, "", _now())).finish()
        finally:
            if not options.keep_ram:
                folder.ram.unlink(missing_ok=True)
        folder.describe({"verdict": None, "words": "a session of ws debug", "exit_status": status, "options": asdict(options),
                         **machine.description(), "capture": capture, "trace": "trace" if folder.trace.is_dir() else None})
        return status


def replay(path: Path, asked: Asked) -> int:
    """A run that was recorded, once more, and again whenever a program asks for another event. Its folder is only read."""
    recording = Recording(path)
    if asked.at is not None and recording.trace is None:
        raise usage_problem(f"--at: the run in {shown(path)} has no trace")
    options = recording.description["options"]
    hypervisor = elf_of(recording.hypervisor)
    with _Place(asked) as place:
        ram = place.folder / "ram"
        console = place.folder / "console.log"
        session = {
            "mode": "replay", "design": recording.design, "hypervisor": str(hypervisor), "cpus": 1,
            "guests": [_elf(image) for image in recording.guests], "folder": str(recording.path), "console": str(console),
            "ram": str(ram), "reserved_offset": recording.layout["reserved_offset"],
            "trace": str(recording.trace) if recording.trace else None, "recorded": options["trace"] != "off",
        }
        while True:
            with ram.open("wb") as file:
                file.truncate(recording.layout["total"])
            command = [*recording.command(ram, place.folder / "snapshots.qcow2"), "-S", "-no-shutdown", *place.arguments()]
            with _Qemu(command, console, place.folder / "qemu.stderr", place) as qemu:
                status = _gdb(session, asked, place, qemu)
            wanted = place.take_wanted_event()
            if wanted is None:
                return status
            # GDB cannot wait for the machine while a program asks something of it, so it has ended and is started
            # again.
            asked = replace(asked, at=wanted, commands=[])


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def _elf(image: Path) -> str | None:
    """The file with the symbols of a guest's image, if there is one beside it."""
    elf = image.with_suffix("")
    with contextlib.suppress(OSError):
        if elf != image and elf.read_bytes()[:4] == b"\x7fELF":
            return str(elf)
    return None


class _Place:
    """Where this session's sockets and files are: short names, for a socket's may not be long."""

    def __init__(self, asked: Asked):
        self._serve = asked.serve
        self.control = asked.control
        for socket in filter(None, (asked.serve, asked.control)):
            if len(os.fsencode(os.path.abspath(socket))) > _LONGEST_SOCKET:
                raise usage_problem(f"{socket} is too long a name for a socket: {_LONGEST_SOCKET} bytes at most")
            if os.path.exists(socket):
                raise usage_problem(f"{socket} is taken: there is such a file already; another session uses it, or has left it behind")
            if not os.path.isdir(os.path.dirname(os.path.abspath(socket))):
                raise usage_problem(f"{socket} cannot be a socket: its folder does not exist")

    def __enter__(self) -> "_Place":
        self.folder = Path(tempfile.mkdtemp(prefix="ws-debug-"))
        self.gdb = Path(os.path.abspath(self._serve)) if self._serve else self.folder / "gdb"
        self.qmp = self.folder / "qmp"
        self.wanted_event = self.folder / "wanted_event"
        return self

    def __exit__(self, *_exception) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._serve:
            self.gdb.unlink(missing_ok=True)
            Path(f"{self.gdb}.json").unlink(missing_ok=True)

    def take_wanted_event(self) -> int | None:
        """The event at which a program wants the replay to stop, once; and its sockets are free again."""
        if not self.wanted_event.exists():
            return None
        wanted = int(self.wanted_event.read_text(encoding="ascii"))
        for left in (self.wanted_event, self.gdb, self.qmp, *([Path(self.control)] if self.control else [])):
            left.unlink(missing_ok=True)
        return wanted

    def arguments(self) -> list[str]:
        return ["-gdb", f"unix:{escape(self.gdb)},server=on,wait=off", "-qmp", f"unix:{escape(self.qmp)},server=on,wait=off"]


def listens(path: Path) -> bool:
    """Can somebody connect to this socket? A file of its name is there before that: between bind() and listen() a
    connection is refused. Asked of the kernel, since QEMU takes a connection for GDB's."""
    if not path.exists():
        return False
    accepts = 0x10000  # __SO_ACCEPTCON, the flag of a socket that listens
    with open("/proc/net/unix", encoding="utf-8", errors="surrogateescape") as sockets:
        flags = [int(fields[3], 16) for fields in (line.split(maxsplit=7) for line in sockets)
                 if len(fields) == 8 and fields[7].rstrip("\n") == str(path)]
    return not flags or any(flag & accepts for flag in flags)



class _Qemu:
    """QEMU, stopped, with its sockets open."""

    def __init__(self, command: list[str], console: Path, complaints: Path, place: _Place):
        self._command, self._console, self._complaints, self._place = command, console, complaints, place

    def __enter__(self) -> "_Qemu":
        with self._console.open("wb") as console, self._complaints.open("wb") as complaints:
            try:
                self.child = process.start(self._command, stdin=subprocess.DEVNULL, stdout=console, stderr=complaints)
            except FileNotFoundError:
                raise Problem("qemu-system-aarch64 is not installed: scripts/ws doctor tells how to mend it", RUN_BROKE) from None
        deadline = time.monotonic() + PATIENCE
        while not (listens(self._place.gdb) and listens(self._place.qmp)):
            if self.child.poll() is not None:
                raise Problem(f"QEMU did not start: {self.complaint() or f'exit status {self.child.returncode}'}", RUN_BROKE)
            if time.monotonic() > deadline:
                process.stop(self.child)
                raise Problem(f"QEMU did not open its sockets within {PATIENCE} s", RUN_BROKE)
            time.sleep(0.02)
        return self

    def __exit__(self, *_exception) -> None:
        process.stop(self.child)
        if not self.complaint():
            self._complaints.unlink(missing_ok=True)

    def complaint(self) -> str:
        lines = [line for line in self._complaints.read_text(errors="replace").splitlines()
                 if "warning:" not in line and "Terminated via GDBstub" not in line and "terminating on signal" not in line]
        return lines[-1].strip() if lines else ""


def _gdb(session: dict, asked: Asked, place: _Place, qemu: _Qemu) -> int:
    session |= {"gdb": str(place.gdb), "qmp": str(place.qmp), "control": os.path.abspath(place.control) if place.control else None,
                "ram_base": RAM_BASE, "at": asked.at, "wanted_event": str(place.wanted_event)}
    described = Path(f"{place.gdb}.json")  # where an IDE's GDB finds it
    described.write_text(json.dumps(session, indent=2), encoding="utf-8")
    if asked.serve:
        return _serve(place, qemu)
    if not shutil.which(GDB):
        raise Problem(f"{GDB} is not installed: scripts/ws doctor tells how to mend it")
    command = [GDB, "-q", *(["-batch", "-nx"] if asked.batch else []), "-x", str(START), *asked.commands]
    # Ctrl-C is GDB's alone. A handler, for what is ignored stays so in a child.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    gdb = None
    try:
        gdb = process.start_here(command, env={**os.environ, SESSION: str(described)})
        status = gdb.wait()
    except signals.Ended as ended:
        raise Problem(f"ended by {ended.name}", ended.status) from None
    finally:
        if gdb is not None:
            process.stop(gdb)
        signal.signal(signal.SIGINT, before)
    if qemu.child.poll() not in (None, 0) and qemu.complaint():
        raise Problem(f"QEMU ended while it was debugged: {qemu.complaint()}", RUN_BROKE)
    return status


def _serve(place: _Place, qemu: _Qemu) -> int:
    """For an IDE, which starts GDB itself."""
    with contextlib.suppress(KeyboardInterrupt):  # around the words, too: who reads them may be quick
        print(f"ws debug: in GDB: target remote {place.gdb}, then source {shown(START)}\n"
              "ws debug: QEMU waits; Ctrl-C ends it", flush=True)
        qemu.child.wait()
    return 0
