# SPDX-License-Identifier: Apache-2.0
"""Child processes that never outlive us."""

import ctypes
import resource
import signal
import subprocess

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _die_here_without_a_core() -> None:
    _die_with_parent()
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def start(command: list[str], **options) -> subprocess.Popen:
    """A child in a session of its own: Ctrl-C reaches us alone, and we end the child in good order."""
    return subprocess.Popen(command, start_new_session=True, preexec_fn=_die_with_parent, **options)


def start_here(command: list[str], **options) -> subprocess.Popen:
    """A child that shares our terminal, and so gets Ctrl-C as we do. It leaves no core in the person's folder: GDB aborts when it is
    ended from outside."""
    return subprocess.Popen(command, preexec_fn=_die_here_without_a_core, **options)


def stop(child: subprocess.Popen, patience: float = 5) -> None:
    """Asks, waits, insists."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def first_line(command: list[str]) -> str:
    """The first line that a command prints, or "" where it cannot be run."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = (done.stdout or done.stderr).splitlines()
    return lines[0].strip() if lines else ""
