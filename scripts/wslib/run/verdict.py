# SPDX-License-Identifier: Apache-2.0
"""How a run ended: its exit status, and the sentence that says it."""

import re
import signal
from dataclasses import dataclass, field

from .run_folder import RUN_BROKE

SUCCESS, GUEST_FAILED, GUEST_CRASHED, PANICKED, TIMED_OUT, BROKE = 0, 1, 3, 4, 5, RUN_BROKE
INTERRUPTED = 130
NAMES = {SUCCESS: "success", GUEST_FAILED: "failure", GUEST_CRASHED: "crash", PANICKED: "panic",
         TIMED_OUT: "time_out", BROKE: "broken", INTERRUPTED: "interrupted"}


_PANIC = re.compile(rb"^\*\*\* hypervisor panic \(\w+\): (.*?)\r?$", re.MULTILINE)


_VMM_GAVE_UP = re.compile(rb"^vmm: ([^\r\n]*)\r?$", re.MULTILINE)
_KERNEL_PANIC = re.compile(rb"Kernel panic - not syncing: ([^\r\n]*)")

_XEN_STATUS = re.compile(rb"^\(XEN\) DOM1: guest: status (\d+)\r?\n", re.MULTILINE)
_XEN_CRASH = re.compile(rb"^\(XEN\) (Domain 1 \(vcpu#\d+\) crashed[^\r\n]*)\r?\n", re.MULTILINE)
_XEN_PANIC = re.compile(rb"^\(XEN\) Panic on CPU \d+:\r?\n\(XEN\) ([^\r\n]*)\r?\n", re.MULTILINE)
XEN_LAST_WORDS = re.compile(b"|".join(words.pattern for words in (_XEN_STATUS, _XEN_CRASH, _XEN_PANIC)), re.MULTILINE)


@dataclass
class End:
    """What is left when QEMU and the capture are gone."""

    reason: str  # ended, time_out, interrupted, capture_broke, guest_broke
    qemu_status: int | None
    qemu_complaint: str
    capture: dict  # what the hypervisor's run page says; nothing, where there was none
    problem: str = ""
    console_problem: str = ""  # why not all of the console was kept and shown
    looks: list = field(default_factory=list)  # at a time-out, at the machine (hang_report.py)


@dataclass(frozen=True)
class Verdict:
    name: str
    status: int
    words: str


def _verdict(status: int, words: str) -> Verdict:
    return Verdict(NAMES[status], status, words)


def judge(end: End, vms: int, timeout: float, keyboard: bool = False, console: bytes = b"") -> Verdict:
    """Of a run on the hypervisor."""
    if end.reason == "interrupted":
        return _verdict(INTERRUPTED, "interrupted")
    message = end.capture.get("message", "")
    # With several VMs the hypervisor's message begins with the one that it is about.
    named = re.fullmatch(r"(VM \d+): (.*)", message, re.DOTALL) if vms > 1 else None
    who, why = (f"the guest of {named[1]}", named[2]) if named else ("the guest", message)
    match end.capture.get("verdict"):
        case "guest_exit" if end.capture["status"] == 0:
            return _verdict(SUCCESS, "the guests succeeded" if vms > 1 else "the guest succeeded")
        case "guest_exit":
            return _verdict(GUEST_FAILED, f"{who} reported failure: exit status {end.capture['status']}")
        case "guest_crash":
            return _verdict(GUEST_CRASHED, f"{who} crashed: {why or 'no reason given'}")
        case "vmm_crash":
            return _verdict(GUEST_CRASHED, f"{who.replace('guest', 'VMM')} failed: {why or 'no reason given'}")
        case "hypervisor_panic":
            return _verdict(PANICKED, f"the hypervisor panicked: {message or 'no reason given'}")
        case "none" if early := _PANIC.search(console):
            # No run page yet, and so no guest that could have written this line.
            return _verdict(PANICKED, f"the hypervisor panicked: {early[1].decode(errors='replace')}")
    return _without_verdict(end, timeout, keyboard, "without a verdict from the hypervisor")


def judge_native(end: End, console: bytes, is_reset_an_end: bool, timeout: float, keyboard: bool = False) -> Verdict:
    """Of a guest on the board itself. Those of guests/ say there how they ended (guests/lib/guest.cpp); any other has succeeded
    when it switches its machine off, as in a VM. A reset ends QEMU too where `is_reset_an_end`, so there it is Linux that has to say
    which of the two it was."""
    if end.reason == "interrupted":
        return _verdict(INTERRUPTED, "interrupted")
    said = re.findall(rb"^guest: status (\d+)\r?$", console, re.MULTILINE)
    off = not is_reset_an_end or re.search(rb"reboot: Power down\r?\n\Z", console)
    if end.reason == "ended" and end.qemu_status == 0 and not _was_ended(end, console) and (said or off):
        status = int(said[-1]) if said else 0
        return _verdict(GUEST_FAILED, f"the guest reported failure: exit status {status}") if status else \
            _verdict(SUCCESS, "the guest succeeded")
    return _without_verdict(end, timeout, keyboard, "without a word of the guest's on how it ended")


def judge_peer(end: End, console: bytes, timeout: float) -> Verdict:
    """Of a guest on a design that is not ours. Its VMM (guests/kvm_vmm) switches the machine off when the guest does that with its own."""
    if end.reason == "interrupted":
        return _verdict(INTERRUPTED, "interrupted")
    if vmm := _VMM_GAVE_UP.search(console):
        return _verdict(GUEST_CRASHED, f"the VMM failed: {vmm[1].decode(errors='replace')}")
    if panic := _KERNEL_PANIC.search(console):
        return _verdict(PANICKED, f"the hypervisor panicked: {panic[1].decode(errors='replace')}")
    return _with_its_trace(end, judge_native(end, console, True, timeout))


def _with_its_trace(end: End, verdict: Verdict) -> Verdict:
    """A run that was to be recorded, and is not, is none that succeeded."""
    return _verdict(BROKE, end.problem) if end.problem and verdict.status == SUCCESS else verdict


def judge_xen(end: End, console: bytes, timeout: float) -> Verdict:
    """Of a guest that is a domain of Xen's. When it has said how it ended we end QEMU."""
    if end.reason == "interrupted":
        return _verdict(INTERRUPTED, "interrupted")
    if panic := _XEN_PANIC.search(console):
        return _verdict(PANICKED, f"the hypervisor panicked: {panic[1].decode(errors='replace')}")
    if crash := _XEN_CRASH.search(console):
        return _verdict(GUEST_CRASHED, f"the guest crashed: {crash[1].decode(errors='replace')}")
    if (said := _XEN_STATUS.search(console)) and not end.qemu_status:
        status = int(said[1])
        return _with_its_trace(end, _verdict(GUEST_FAILED, f"the guest reported failure: exit status {status}") if status else
                               _verdict(SUCCESS, "the guest succeeded"))
    return _without_verdict(end, timeout, False, "without a word of the guest's on how it ended")


def _was_ended(end: End, console: bytes) -> bool:
    """From outside, by a signal or by Ctrl-A x: QEMU's exit status is 0 then too."""
    return "terminating on signal" in end.qemu_complaint or console.rstrip().endswith(b"QEMU: Terminated")


def _without_verdict(end: End, timeout: float, keyboard: bool, how: str) -> Verdict:
    if end.reason == "time_out":
        return _verdict(TIMED_OUT, f"time-out: no verdict after {timeout:g} s")
    if end.problem:
        return _verdict(BROKE, end.problem)
    complaints = [line for line in end.qemu_complaint.splitlines() if "warning:" not in line]
    said = f": {complaints[-1]}" if complaints else ""
    if end.qemu_status == -signal.SIGBUS:  # blocks for the guests' memory are taken as they are touched
        return _verdict(BROKE, "QEMU was ended by SIGBUS: its RAM is a file in the run's folder, and no more of it could be written; "
                               "look whether the disk is full")
    if end.qemu_status:
        return _verdict(BROKE, f"QEMU failed with exit status {end.qemu_status}{said}")
    if keyboard:
        return _verdict(INTERRUPTED, "ended from the keyboard")  # Ctrl-A x
    return _verdict(BROKE, f"QEMU ended {how}{said}")


def judge_console(verdict: Verdict, end: End) -> Verdict:
    """Where not all of the console came to where it should, there is no success."""
    if not end.console_problem:
        return verdict
    words = f"{verdict.words}; its console could not be written: {end.console_problem}"
    return _verdict(BROKE, words) if verdict.status == SUCCESS else Verdict(verdict.name, verdict.status, words)


def judge_commands(machine: Verdict, broken: str, status: int | None) -> Verdict:
    """Where commands were to run in the guest, their status is the run's, unless its machine fared badly."""
    if broken and machine.status in (SUCCESS, BROKE, TIMED_OUT):
        return _verdict(GUEST_CRASHED, broken)
    if machine.status != SUCCESS:
        return machine
    if status is None:
        return _verdict(GUEST_CRASHED, "the guest ended before the commands did")
    if status:
        return Verdict(NAMES[GUEST_FAILED], status, f"the commands ended with status {status}")
    return _verdict(SUCCESS, "the commands succeeded")
