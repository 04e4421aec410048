# SPDX-License-Identifier: Apache-2.0
"""Runs that can be run again, instruction by instruction: `ws run --record`, and what `ws debug --replay` makes of it.

QEMU writes down whatever comes into its machine from outside, with the count of instructions at which it came. Beside that it keeps a
snapshot of the machine before the first instruction, in a disk that the machine itself does not have.
"""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

from ..machine.qemu_machine import escape
from ..paths import shown
from ..problem import Problem, usage_problem
from .capture import Capture
from .run_folder import DESCRIPTION, RUN_BROKE, RunFolder

SNAPSHOT = "init"  # its name in the disk
_SNAPSHOT_DISK = "rr"  # QEMU's name of the disk


def record_arguments(folder: RunFolder) -> list[str]:
    """For QEMU, whose run has this folder."""
    return _arguments("record", folder.recording, folder.snapshot)


def _arguments(mode: str, recording: Path, snapshot: Path) -> list[str]:
    return ["-icount", f"rr={mode},rrfile={escape(recording)},rrsnapshot={SNAPSHOT}",
            "-drive", f"file={escape(snapshot)},format=qcow2,if=none,id={_SNAPSHOT_DISK}"]


def make_snapshot_disk(file: Path) -> None:
    """Empty: its snapshots take what room they need."""
    try:
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(file), "1M"], check=True, capture_output=True, text=True,
                       errors="surrogateescape")
    except FileNotFoundError:
        raise Problem("qemu-img is not installed: scripts/ws doctor tells how to mend it", RUN_BROKE) from None
    except subprocess.CalledProcessError as error:
        raise Problem(f"qemu-img cannot make {shown(file)}: {error.stderr.strip()}", RUN_BROKE) from None


class LateCapture:
    """Of a recorded run: it reads the rings when QEMU has ended. Were it to take packets out while QEMU runs, it would write into
    the machine's memory at times that no replay repeats. What the rings had no room for is lost, and counted."""

    def __init__(self, folder: RunFolder, offset: int, environment: dict[str, str]):
        self._arguments = (folder, offset, environment)

    def ended_early(self) -> bool:
        return False

    def stop(self) -> None:
        pass

    def finish(self) -> dict:
        return Capture(*self._arguments).finish()


class Recording:
    """A folder that `ws run --record` has left, and that nothing has been changed for since."""

    def __init__(self, path: Path):
        self.path = path.absolute()
        try:
            self.description = json.loads((self.path / DESCRIPTION).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise usage_problem(f"{shown(path)} is not the folder of a run: it has no {DESCRIPTION}") from None
        except NotADirectoryError:
            raise usage_problem(f"{shown(path)} is not the folder of a run: it is a file") from None
        except ValueError:
            raise usage_problem(f"{shown(path)}/{DESCRIPTION} is damaged; make the run anew with ws run --record") from None
        self._folder = RunFolder(self.path)
        try:
            self._check()
        except (AttributeError, KeyError, TypeError):
            raise usage_problem(f"{shown(path)}/{DESCRIPTION} is not as ws run writes it; make the run anew with ws run --record") from None

    @property
    def trace(self) -> Path | None:
        return self._folder.trace if self._folder.trace.is_dir() else None

    @property
    def design(self) -> str:
        return self.description["options"]["design"]

    @property
    def layout(self) -> dict:
        return self.description["layout"]

    @property
    def hypervisor(self) -> Path:
        return Path(self.description["hypervisor"]["file"])

    @property
    def guests(self) -> list[Path]:
        return [Path(vm["image"]["file"]) for vm in self.description["vms"]]

    def _check(self) -> None:
        if not self.description.get("options", {}).get("record"):
            raise usage_problem(f"{shown(self.path)} was not recorded: make it with ws run --record")
        for file in (self._folder.recording, self._folder.snapshot):
            if not file.is_file():
                raise usage_problem(f"{shown(self.path)} cannot be replayed: {file.name} is missing; ws run --record makes it anew")
        for image in (self.description["hypervisor"], *(vm["image"] for vm in self.description["vms"])):
            file = Path(image["file"])
            if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != image["sha256"]:
                raise usage_problem(f"{shown(self.path)} is of another build: {shown(file)} has changed since; "
                                    "make the run anew with ws run --record")

    def command(self, ram: Path, snapshots: Path) -> list[str]:
        """QEMU's for a replay. The recording itself is only read: `ram` and `snapshots` are this replay's own."""
        shutil.copyfile(self._folder.snapshot, snapshots)
        command = list(self.description["qemu"]["command"])
        recorded = record_arguments(self._folder)
        at = next((at for at in range(len(command)) if command[at:at + len(recorded)] == recorded), None)
        if at is None:
            raise usage_problem(f"{shown(self.path)} was moved since it was recorded: its QEMU command names another folder; "
                                "make the run anew with ws run --record")
        command[at:at + len(recorded)] = _arguments("replay", self._folder.recording, snapshots)
        was = escape(self._folder.ram)
        return [word.replace(f"mem-path={was},", f"mem-path={escape(ram)},") for word in command]
