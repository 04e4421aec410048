# SPDX-License-Identifier: Apache-2.0
"""`hyp trace`: the last events of the trace, out of the machine's memory."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from . import session
from .command import Command

_USUAL = 20
_PIECE = 1 << 20


class Trace(Command):
    """Show the last events that the hypervisor has recorded, up to this very instruction.

hyp trace [N] [--json]

The machine's memory is read, and nothing in it is changed."""

    NAME = "trace"

    def answer(self, words: list[str]) -> dict:
        count = self.number(words[0]) if words else _USUAL
        if len(words) > 1 or count < 1:
            raise self.wrong("give how many events to show")
        if not session.told["recorded"]:
            raise self.wrong("this image records nothing: start ws debug with --trace full")
        from wslib.paths import host_program
        wstrace = str(host_program("wstrace"))
        with tempfile.TemporaryDirectory(prefix="ws-trace-") as folder:
            copy = Path(folder) / "ram"
            self._copy(Path(session.told["ram"]), session.told["reserved_offset"], copy)
            done = self._call(wstrace, "capture", "--ram", str(copy), "--offset", str(session.told["reserved_offset"]),
                              "--out", f"{folder}/trace")
            if not (Path(folder) / "trace").is_dir():
                raise self.wrong(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "there is no trace yet")
            done = self._call(wstrace, "dump", f"{folder}/trace")
            if done.returncode:
                raise self.wrong(done.stderr.strip().splitlines()[-1])
        lines = done.stdout.splitlines()
        if not lines:
            raise self.wrong("nothing has been recorded yet")
        return {"events": [self._event(line) for line in lines[-count:]]}

    @staticmethod
    def _call(*command: str) -> subprocess.CompletedProcess:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)

    @staticmethod
    def _event(line: str) -> dict:
        index, cpu, raw, _net, kind, *fields = line.split(None, 5)
        return {"index": int(index), "cpu": int(cpu.removeprefix("cpu")), "raw": int(raw.removeprefix("raw=")), "event": kind,
                "fields": fields[0] if fields else ""}

    @staticmethod
    def _copy(ram: Path, offset: int, copy: Path) -> None:
        """The reserved part alone, and of that what was ever written."""
        with ram.open("rb") as source, copy.open("wb") as target:
            size = source.seek(0, os.SEEK_END)
            target.truncate(size)
            at = offset
            while at < size:
                try:
                    at = os.lseek(source.fileno(), at, os.SEEK_DATA)
                except OSError:
                    return  # nothing but a hole up to the end
                end = os.lseek(source.fileno(), at, os.SEEK_HOLE)
                while at < end:
                    piece = os.pread(source.fileno(), min(_PIECE, end - at), at)
                    os.pwrite(target.fileno(), piece, at)
                    at += len(piece)

    def text(self, told: dict) -> str:
        return "\n".join(re.sub(r" +$", "", f"{event['index']:8} cpu{event['cpu']} raw={event['raw']:<12} {event['event']:<24} {event['fields']}")
                         for event in told["events"])


Trace()
