# SPDX-License-Identifier: Apache-2.0
"""Where the session stands: has the machine ended, how many instructions it has run, what the guest has printed since."""

import re
import sys
from pathlib import Path

import gdb

from . import session

_ended = False
_printed = 0
_guarded = True
# QEMU's gdbstub reports a machine that was switched off, and stays (-no-shutdown), with this signal.
_OFF = "SIGQUIT"


def _end_of_replay() -> int | None:
    """The instruction that nothing is replayed beyond; a replay registers its own."""
    return None


def _guard_replay() -> None:
    """Makes a replay stop there; a replay registers its own."""


def register_replay(end, guard) -> None:
    """replay.py needs what is here, so it says what of its own is needed here."""
    global _end_of_replay, _guard_replay
    _end_of_replay, _guard_replay = end, guard


def install() -> None:
    gdb.events.stop.connect(_on_stop)
    gdb.events.before_prompt.connect(_show_console)
    _Internal("hyp-before-running", before_running)
    _Internal("hyp-explain-run", _explain_run)
    # A machine that is off would never answer.
    for command in ("continue", "stepi", "nexti", "step", "next", "finish", "until", "advance"):
        gdb.execute(f"define hook-{command}\nhyp-before-running\nend")
    gdb.execute("define hook-run\nhyp-explain-run\nend")


class _Internal(gdb.Command):
    """Of our own: what is raised in a command is one line to the user."""

    def __init__(self, name: str, do):
        super().__init__(name, gdb.COMMAND_OBSCURE)
        self._do = do

    def invoke(self, _argument: str, _from_tty: bool) -> None:
        self._do()


def _explain_run() -> None:
    raise gdb.GdbError("the machine is there already, stopped: type continue. To begin again, quit and start ws debug again")


def _on_stop(stop: gdb.StopEvent) -> None:
    global _ended
    _ended = _ended or getattr(stop, "stop_signal", "") == _OFF


def has_ended() -> bool:
    return _ended or is_at_the_end()


def is_at_the_end() -> bool:
    if not session.is_replay():
        return False
    end = _end_of_replay()
    return end is not None and icount() >= end


def forget_the_end() -> None:
    global _ended
    _ended = False


def refuse_if_ended() -> None:
    if _ended:
        raise gdb.GdbError("the machine is off: the run has ended. Memory and registers can still be looked at")
    if is_at_the_end():
        raise gdb.GdbError("the recording ends here: hyp goto and hyp back go back in it")


def without_guard(run):
    """Calls `run`, which has said itself where the replay is to stop."""
    global _guarded
    _guarded = False
    try:
        return run()
    finally:
        _guarded = True


def before_running() -> None:
    if not _guarded:
        return
    refuse_if_ended()
    _guard_replay()


def icount() -> int | None:
    """Instructions since reset, where QEMU tells: in a replay."""
    found = re.search(r"instruction count = (\d+)", session.monitor("info replay")) if session.is_replay() else None
    return int(found[1]) if found else None


def _show_console() -> None:
    """What the guest has printed since the last prompt."""
    global _printed
    try:
        with Path(session.told["console"]).open("rb") as file:
            file.seek(_printed)
            new = file.read()
    except OSError:
        return
    _printed += len(new)
    for line in new.decode("utf-8", "replace").splitlines():
        print(f"[console] {line}", file=sys.stdout, flush=True)
