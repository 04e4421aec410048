# SPDX-License-Identifier: Apache-2.0
"""A hostile VM beside another one: the other notices nothing, the hypervisor stays, and what was refused is in the trace."""

import unittest
from collections import Counter

import qemu_support as support
from test_vms import vm

SEEDS, OPERATIONS = (range(1, 21), 1_000_000) if support.LONG else (range(1, 2), 100_000)


def beside(design: str, seed: int, operations: int, cpus: int, level: str) -> support.Run:
    """VM 1 is hostile; VM 2 sees to its own memory and registers meanwhile. On the same CPU, or each on its own."""
    # A round of the neighbour is as long as a hundred operations and more: it must not have gone before the other is
    # done, which has most of its memory cleared for it as it touches it.
    run = support.new_run(design, "hostile", "--trace", level, "--cpus", str(cpus), "--pin", "0", "--timeout", "3600",
                          *vm("neighbours", f"rounds={operations // 100 + 60} mib=2 wait=40000", pin=cpus - 1),
                          append=f"seed={seed} operations={operations}")
    if run.status:
        raise AssertionError(f"{design}, seed {seed}, {cpus} CPUs: exit status {run.status}: {run.stderr}"
                             f"{run.console[-2000:]}")
    return run


class Hostile(unittest.TestCase):
    def test_the_neighbour_succeeds(self):
        # Each design with one of the two placements; the tests below have them all.
        cases = [(design, seed, OPERATIONS, cpus, "off") for seed in SEEDS
                 for design, cpus in (("split", 1), ("el2", 1), ("vhe", 2))]
        for case, run in zip(cases, support.at_once(beside, cases)):
            with self.subTest(case=case):
                if isinstance(run, AssertionError):
                    raise run
                self.assertEqual(run.description["words"], "the guests succeeded")

    def test_what_is_refused_is_injected(self):
        """An access to where nothing is changes nothing but the guest itself: it gets an abort before it goes on."""
        cases = [(design, 1, 2000, cpus, "traps") for design in support.DESIGNS for cpus in (1, 2)]
        for case, run in zip(cases, support.at_once(beside, cases)):
            with self.subTest(case=case):
                if isinstance(run, AssertionError):
                    raise run
                done = support.call(support.WSTRACE, "check", run.folder)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.the_neighbour_is_the_last_to_end(run)
                injected = support.events(run, "inject")
                self.each_is_followed_by_an_abort(run, injected)
                kinds = Counter(event.text["injection"] for event in injected)
                for kind in ("undefined_instruction", "external_abort"):
                    self.assertGreater(kinds[kind], 0, f"the hostile guest met no {kind}: {kinds}")

    def the_neighbour_is_the_last_to_end(self, run: support.Run) -> None:
        ends = [event.text["owner"] for event in support.events(run, "hypercall") if event.text["function"].endswith("(exit)")]
        self.assertEqual(ends, ["VM 1 vCPU 0", "VM 2 vCPU 0"], "the neighbour was not beside all of the operations")

    def each_is_followed_by_an_abort(self, run: support.Run, injected: list[support.Event]) -> None:
        refused = [event for event in support.events(run, "mmio") if event.text["device"] == "none"]
        self.assertGreater(len(refused), 10)
        aborts = [event for event in injected if event.text["injection"] == "external_abort"]
        entries = support.of_guests(run, "eret")
        for event, abort, entry in zip(refused, following(refused, aborts), following(refused, entries)):
            self.assertIsNotNone(abort, f"event {event.index}: refused, and no abort came")
            self.assertTrue(entry is None or abort.index < entry.index, f"event {event.index}: the guest went on first")


def following(events: list[support.Event], others: list[support.Event]) -> list[support.Event | None]:
    """For each of `events` the first of `others` after it on its CPU and for its vCPU."""
    found: list[support.Event | None] = []
    waiting = sorted([*events, *others], key=lambda event: event.index, reverse=True)
    mine = {event.index for event in events}
    latest: dict[tuple[int, str], support.Event] = {}
    for event in waiting:
        key = (event.cpu, event.text["owner"])
        if event.index in mine:
            found.append(latest.get(key))
        else:
            latest[key] = event
    return found[::-1]


if __name__ == "__main__":
    unittest.main()
