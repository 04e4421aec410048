# SPDX-License-Identifier: Apache-2.0
"""What the labs' tests share: the base build, a folder for each test's work, a checkout of a student's."""

import atexit
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from wslib.labs import base_build, lab_file, lab_tree, student, submission, traced_runs  # noqa: E402
from wslib.labs.guest_seed import GuestSeed  # noqa: E402
from wslib.labs.watched_run import LabRun, Seen, watch  # noqa: E402
from wslib.test_workers import takes_long  # noqa: E402, F401

GUEST = "lab_registers"
_folders = Path(tempfile.mkdtemp(prefix="worldswitch-labs-"))
atexit.register(shutil.rmtree, _folders, ignore_errors=True)


def prepare() -> None:
    """The base build; whoever comes first makes it."""
    base_build.prepare({lab.guest for lab in map(lab_file.read_lab, lab_file.lab_folders())})


def new_folder() -> Path:
    return Path(tempfile.mkdtemp(dir=_folders))


def lab_run(design: str, image: Path | None = None, seed: int = 1, vms: int = 1, **more) -> LabRun:
    return LabRun(design, image or base_build.reference_image(design), GUEST, tuple(GuestSeed(seed + vm, 77 + seed) for vm in range(vms)),
                  new_folder(), **more)


def seen(*arguments, **more) -> Seen:
    return watch(lab_run(*arguments, **more))


def image_with(design: str, number: int, old: str, new: str) -> Path:
    """A design's image with one text of a lab's file replaced."""
    lab = lab_file.read_lab(number)
    folder = new_folder()
    change = lab_file.Change(lab.sources[0], old, new, "a test's")
    return submission.Submission(lab, lab_tree.make_tree(folder / "tree", lab_tree.changed(lab, change)), folder).image(design)


class StudentsCheckout:
    """A clone in which labs are started; what is compared to is this checkout's own base build."""

    def __enter__(self) -> Path:
        prepare()
        self._patches = ExitStack()
        self.root = new_folder() / "worldswitch"
        subprocess.run(["git", "clone", "-q", ROOT, self.root], check=True)
        for name in ("user.name", "user.email"):
            subprocess.run(["git", "-C", self.root, "config", name, "student"], check=True)
        for module in (student, submission, lab_tree, base_build):
            self._patches.enter_context(mock.patch.object(module, "ROOT", self.root))
        self._patches.enter_context(mock.patch.object(traced_runs, "prepare", lambda guests: None))
        for module in (student,):
            self._patches.enter_context(mock.patch.object(module, "BUILD", self.root / "build"))
            self._patches.enter_context(mock.patch.object(module, "STATES", self.root / "build/labs"))
            self._patches.enter_context(mock.patch.object(module, "prepare", lambda guests: None))
        return self.root

    def __exit__(self, *told) -> None:
        self._patches.close()
