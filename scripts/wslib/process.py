# SPDX-License-Identifier: Apache-2.0
"""Child processes that never outlive us."""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import time

from . import signals

DEVNULL = subprocess.DEVNULL
_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # what is held here is not for the child
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


def run_with_its_own(command: list[str], **options) -> int:
    """To its end; returns the exit status. If we are ended first, so are the child and all that it has started (cmake does not
    end its ninja)."""
    child = None
    try:
        with signals.held():  # or it could be started, and nobody know it
            child = start(command, **options)
        return child.wait()
    finally:
        if child is not None:
            _stop_all(child)


def _stop_all(child: subprocess.Popen, patience: float = 2) -> None:
    """Its session is a process group as well."""
    if child.poll() is not None:
        return
    deadline = time.monotonic() + patience
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
        while time.monotonic() < deadline:
            child.poll()
            os.killpg(child.pid, 0)
            time.sleep(0.02)
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def how_it_ended(status: int) -> str:
    """For people, of a child that said nothing itself."""
    return f"exit status {status}" if status >= 0 else f"ended by a signal: {signal.strsignal(-status)}"


def first_line(command: list[str]) -> str:
    """The first line that a command prints, or "" where it cannot be run."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = (done.stdout or done.stderr).splitlines()
    return lines[0].strip() if lines else ""
