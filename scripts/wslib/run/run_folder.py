# SPDX-License-Identifier: Apache-2.0
"""The folder of one run. It is replaced only when it is known to be a run's, and used by one run at a time."""

import errno
import fcntl
import hashlib
import json
import os
import shutil
from pathlib import Path

from ..os_errors import is_wrong_name, sentence
from ..paths import shown
from ..problem import USAGE, Problem, usage_problem
from ..sizes import show_size

RUN_BROKE = 6  # the exit status for a run that told nothing because QEMU, the capture or the disk failed

# All that a run writes. A rerun deletes these and nothing else.
DESCRIPTION = "run.json"
CONSOLE = "console.log"
QEMU_STDERR = "qemu.stderr"
TRACE = "trace"
RAM = "ram"
RECORDING = "recording.rr"
SNAPSHOT_DISK = "snapshots.qcow2"
RAMDISKS = "initrd*.cpio"
KALLSYMS = "kallsyms"  # of a design that is not ours: its functions
RAW_LOG = "outside.raw"  # and what was recorded of it from outside
XEN_TREE = "xen.dtb"
XEN_GUEST = "guest.image"


def identify(file: Path) -> dict:
    return {"file": str(file), "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}


class RunFolder:
    """Made and locked by `with`; unlocked at its end."""

    def __init__(self, path: Path):
        self.path = path.absolute()
        self.description = self.path / DESCRIPTION
        self.console = self.path / CONSOLE
        self.qemu_stderr = self.path / QEMU_STDERR
        self.trace = self.path / TRACE
        self.ram = self.path / RAM
        self.recording = self.path / RECORDING
        self.snapshot = self.path / SNAPSHOT_DISK
        self.kallsyms = self.path / KALLSYMS
        self.raw_log = self.path / RAW_LOG
        self.xen_tree = self.path / XEN_TREE
        self.xen_guest = self.path / XEN_GUEST

    def __enter__(self) -> "RunFolder":
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise self._unusable(error) from None
        try:
            self._claim()
        except OSError as error:
            os.close(self._lock)
            raise self._unusable(error) from None
        except BaseException:
            os.close(self._lock)
            raise
        return self

    def _unusable(self, error: OSError) -> Problem:
        if error.filename is not None and Path(error.filename) == self.path:
            error.filename = None  # it is said already
        return Problem(f"cannot use {shown(self.path)} as the run's folder: {sentence(error)}",
                       USAGE if is_wrong_name(error) else RUN_BROKE)

    def __exit__(self, *_exception) -> None:
        os.close(self._lock)

    def _claim(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise usage_problem(f"another run is writing into {shown(self.path)}; "
                                "give this one another --out") from None
        if any(self.path.iterdir()) and not self.description.exists():
            raise usage_problem(f"{shown(self.path)} is not empty and not the folder of a former run, "
                                "so it is left alone; give another --out")
        for file in (self.description, self.console, self.qemu_stderr, self.ram, self.recording, self.snapshot, self.kallsyms, self.raw_log, self.xen_tree,
                     self.xen_guest,
                     *self.path.glob(RAMDISKS)):
            file.unlink(missing_ok=True)
        if self.trace.exists():
            shutil.rmtree(self.trace)
        # At once, so that the folder of a run that is killed is known as a run's.
        self.describe({"verdict": None})

    def ramdisk(self, vm: int) -> Path:
        return self.path / RAMDISKS.replace("*", str(vm))

    def describe(self, description: dict) -> None:
        new = self.path / (DESCRIPTION + ".new")
        try:
            new.write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")
            new.replace(self.description)
        except OSError:
            new.unlink(missing_ok=True)
            raise

    def make_ram(self, size: int, left_out: range) -> None:
        """The file behind the machine's RAM. Its blocks are taken now, so that a full disk shows here and not as QEMU crashing; but for
        those of `left_out`, the guests' memory, of which most may never be touched."""
        free = shutil.disk_usage(self.path).free
        needed = size - len(left_out)
        too_little = Problem(f"the machine's RAM takes {show_size(needed)} of disk in {shown(self.path)}, where {show_size(free)} are free",
                             RUN_BROKE)
        if needed > free:
            raise too_little
        ram = os.open(self.ram, os.O_CREAT | os.O_RDWR | os.O_EXCL, 0o600)
        try:
            os.ftruncate(ram, size)
            for part in (range(left_out.start), range(left_out.stop, size)):
                if part:
                    os.posix_fallocate(ram, part.start, len(part))
        except OSError as error:
            self.ram.unlink()
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise too_little from None
            raise Problem(f"the machine's RAM takes a file of {show_size(size)} in {shown(self.path)}, and there is none: {sentence(error)}",
                          RUN_BROKE) from None
        finally:
            os.close(ram)
