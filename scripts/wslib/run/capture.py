# SPDX-License-Identifier: Apache-2.0
"""`wstrace capture`, beside a run: copies packets out of the RAM file while QEMU runs, then tells the verdict."""

import json
import subprocess

from .. import process
from ..paths import host_program
from ..problem import Problem
from .run_folder import RUN_BROKE, RunFolder


class Capture:
    """Ends when its standard input is closed."""

    PATIENCE = 120  # seconds to write the rest of a trace to disk

    def __init__(self, folder: RunFolder, offset: int, environment: dict[str, str]):
        command = [str(host_program("wstrace")), "capture", "--ram", str(folder.ram), "--offset", str(offset),
                   "--out", str(folder.trace)]
        for key, value in environment.items():
            command += ["--env", f"{key}={value}"]
        self._child = process.start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    text=True, errors="surrogateescape")

    def ended_early(self) -> bool:
        return self._child.poll() is not None

    def stop(self) -> None:
        process.stop(self._child)

    def finish(self) -> dict:
        """What it says of the run. To be called once QEMU has ended."""
        try:
            told, complaint = self._child.communicate(timeout=self.PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            raise Problem(f"wstrace capture did not end within {self.PATIENCE} s", RUN_BROKE) from None
        try:
            return json.loads(told.splitlines()[-1])
        except (IndexError, json.JSONDecodeError):
            raise Problem(f"wstrace capture failed: {complaint.strip() or process.how_it_ended(self._child.returncode)}",
                          RUN_BROKE) from None


class NoCapture:
    """In its place where there is no hypervisor, and so nothing to capture."""

    def ended_early(self) -> bool:
        return False

    def stop(self) -> None:
        pass

    def finish(self) -> dict:
        return {}
