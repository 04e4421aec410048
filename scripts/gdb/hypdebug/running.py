# SPDX-License-Identifier: Apache-2.0
"""Lets the machine run up to certain instructions, and never for ever."""

import contextlib
import ctypes
import os
from collections.abc import Callable, Iterable

import gdb

from . import position, session


class Interrupted(gdb.GdbError):
    """The machine stopped for another reason than was waited for."""


class _Marks:
    """Breakpoints of ours, while a command runs."""

    def __init__(self, addresses: Iterable[int]):
        self.addresses = set(addresses)

    def __enter__(self) -> "_Marks":
        # Hardware ones: QEMU does not write them into the machine's memory, and either kind costs it the same.
        self._breakpoints = [gdb.Breakpoint(f"*{address:#x}", type=gdb.BP_HARDWARE_BREAKPOINT, internal=True)
                             for address in self.addresses]
        for breakpoint in self._breakpoints:
            breakpoint.silent = True
        return self

    def __exit__(self, *_exception) -> None:
        for breakpoint in self._breakpoints:
            with contextlib.suppress(gdb.error, RuntimeError):
                breakpoint.delete()

    def is_ours(self, stop: gdb.StopEvent) -> bool:
        return isinstance(stop, gdb.BreakpointEvent) and any(b in self._breakpoints for b in stop.breakpoints)


def until(addresses: Iterable[int], accept: Callable[[], bool] = lambda: True, timeout: float = session.TIMEOUT) -> None:
    """Runs until the CPU that stopped is at one of the addresses, and `accept` likes it."""
    with _Marks(addresses) as marks, session.watched(timeout) as late:
        while True:
            stop = resume()
            if not marks.is_ours(stop):
                raise Interrupted(_why(stop, late, timeout))
            if accept():
                return
            if late():
                raise Interrupted(_why(stop, late, timeout))


_libc = ctypes.CDLL(None)


def _flush() -> None:
    """What GDB has written goes where its standard output leads now: out of GDB's buffers, and out of the C library's."""
    gdb.flush()
    _libc.fflush(None)


@contextlib.contextmanager
def _quietly():
    """GDB tells of each stop by a way of its own, which neither to_string nor its log catches."""
    _flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        _flush()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def resume() -> gdb.StopEvent:
    """`continue`, without a word; returns why the machine stopped."""
    stops = []
    gdb.events.stop.connect(stops.append)
    try:
        with _quietly():
            gdb.execute("continue", to_string=True)
    except gdb.error as error:
        raise gdb.GdbError(session.in_words(error)) from None
    finally:
        gdb.events.stop.disconnect(stops.append)
    if not stops:
        raise gdb.GdbError(session.QEMU_HAS_ENDED)
    return stops[-1]


def step() -> None:
    """One instruction of the selected CPU."""
    position.refuse_if_ended()
    with session.watched(10), _quietly():
        gdb.execute("stepi", to_string=True)


def _why(stop: gdb.StopEvent, late: Callable[[], bool], timeout: float) -> str:
    if late():
        return f"it did not come to that within {timeout:g} s; the machine is stopped where it was then"
    if position.has_ended():
        return "the run has ended before it came to that" if not session.is_replay() else \
            "the recording ends before it came to that"
    if isinstance(stop, gdb.BreakpointEvent):
        return f"stopped by breakpoint {stop.breakpoints[0].number} before it came to that"
    return f"stopped by {getattr(stop, 'stop_signal', 'something else')} before it came to that"
