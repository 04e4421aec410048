# SPDX-License-Identifier: Apache-2.0
"""Traces of real KVM and Xen, recorded from outside: QEMU's own log has the same traps and returns, the guest's own clock the same
instructions, and what reads our traces reads these."""

import json
import re
import unittest
from pathlib import Path

import qemu_support as support
from outside_reader import read_trace
from test_peers_run import per_operation, run
from test_witness import recorded, witnessed

LOOP = range(1, 6)  # instructions of the guest's own, in each turn of its loop


@support.once
def recording(design: str, guest: str, append: str) -> support.Run:
    folder = support.new_folder()
    done = run(design, guest, "--", "-d", "int", "-D", str(folder / "qemu.log"), append=f"{append} iterations=64", trace="full")
    if done.status:
        raise AssertionError(f"{design}, {guest} {append}: {done.stderr}{done.console[-2000:]}")
    (folder / "qemu.log").rename(done.folder / "qemu.log")
    return done


class PeerTrace:
    """A design, and what its guest does."""

    OF = ("", "", "")
    KIND = "hypercall (HVC, unhandled)"

    def setUp(self):
        self.run = recording(*self.OF)

    def test_traps_and_returns_are_those_that_qemu_logged(self):
        events, _ = recorded(read_trace(str(self.OF), self.run.trace))
        logged = witnessed(self.run.log, self.OF[0])
        begins = [at for at in range(len(logged) - len(events) + 1) if logged[at:at + 1] == events[:1]]
        self.assertGreaterEqual(len(events), 128)
        self.assertTrue(any(logged[at:at + len(events)] == events for at in begins),
                        f"the log of {len(logged)} has the {len(events)} events of the trace nowhere in a row; first {events[:3]}")

    def test_laws(self):
        done = support.call(support.WSTRACE, "check", self.run.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_guest_s_clock(self):
        """All operations together: a tick of the host's timer may be among them."""
        self.assertIn(self.KIND, self.rows())
        net = sum(row["sum"] for row in self.rows().values()) / 64
        self.assertIn(round(per_operation(self.run) - net), LOOP, f"{per_operation(self.run)} by its clock, {net} in the trace")

    def rows(self) -> dict[str, dict]:
        told = support.wstrace_json("statistics", self.run.folder)
        return {row["name"]: row for row in told["by_kind"]}

    def test_where_it_comes_from(self):
        metadata = (self.run.trace / "metadata").read_text(encoding="utf-8", errors="replace")
        told = dict(re.findall(r'(\w+) = "([^"]*)";', metadata))
        self.assertEqual((told["design"], told["recorded_from"]), (self.OF[0], "outside"))
        self.assertRegex(told["hypervisor"], r"^(Linux \d+\.\d+\S*, KVM|Xen 4\.\d+\.\d+)$")


class OfKvmWithoutVhe(PeerTrace, unittest.TestCase):
    OF = ("kvm-nvhe", "hypercall", "")

    def test_the_architecture_s_share(self):
        """Two traps, and EL1's registers both ways, as in split: with VHE there are neither. Little is left that no step explains."""
        kind, = support.wstrace_json("compare", self.run.folder, recording("kvm-vhe", "hypercall", "").folder)["kinds"]
        nvhe, vhe = kind["a"], kind["b"]
        self.assertEqual(kind["paired"], 64)
        self.assertEqual((nvhe["exceptions"], nvhe["els_crossed"], vhe["exceptions"], vhe["els_crossed"]), (2, 4, 1, 2))
        self.assertGreaterEqual(nvhe["registers"]["el1"]["saved"], 20)
        self.assertNotIn("el1", vhe["registers"])
        for side in (nvhe, vhe):
            self.assertLess(side["net_by_part"]["residual"], side["net"]["median"] / 10)

    def test_a_symbol_that_no_row_knows(self):
        """Is said, and no trace is left."""
        renamed = support.new_folder() / "kallsyms"
        symbols = (self.run.folder / "kallsyms").read_text(encoding="utf-8")
        renamed.write_text(symbols.replace(" __kvm_nvhe___sysreg_save_el1_state\n", " __kvm_nvhe_something_new\n")
                           .replace(" __kvm_nvhe___sysreg_restore_state_nvhe\n", " __kvm_nvhe_something_new\n")
                           .replace(" __kvm_nvhe___sysreg_save_state_nvhe\n", " __kvm_nvhe_something_new\n"), encoding="utf-8")
        to = support.new_folder() / "trace"
        done = support.call(support.WSTRACE, "convert", self.run.folder / "outside.raw", "--symbols", renamed, "-o", to)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("something_new", done.stderr)
        self.assertFalse(to.exists())


class OfKvmWithVhe(PeerTrace, unittest.TestCase):
    OF = ("kvm-vhe", "hypercall", "")

    def test_source(self):
        """There is none of the hypervisor, and that is said; the guest is ours, and its line is shown."""
        told = support.wstrace_json("source", self.run.folder, 1)
        hypervisor, guest = told["places"]
        self.assertIn("was recorded from outside", hypervisor["problem"])
        self.assertEqual((guest["what"], Path(guest["file"]).name), ("the instruction that trapped", "main.cpp"))
        self.assertTrue(next(row for row in guest["instructions"] if row["here"])["text"].startswith("hvc"))

    def test_fp_registers(self):
        """They are put in place when the guest first uses them, and are saved when the vCPU is put; the host's are saved when one is loaded."""
        done = run("kvm-vhe", "registers", append="rounds=1 results=4", trace="full")
        self.assertEqual(done.status, 0, done.stderr)
        self.assertEqual(support.call(support.WSTRACE, "check", done.folder).returncode, 0)
        moves = {"save vCPU 0": 0, "restore vCPU 0": 0, "save host": 0}
        for event in support.wstrace(*("find", done.folder, "registers_fp", "--count", 400)).splitlines():
            if told := re.search(r"operation=(\w+) owner=(host|vCPU 0)", event):
                moves[" ".join(told.groups())] += 1
        self.assertTrue(all(moves.values()), moves)


class OfKvmSTimer(PeerTrace, unittest.TestCase):
    OF = ("kvm-vhe", "micro", "benchmark=timer-interrupt")

    def test_the_guest_s_clock(self):
        """Its own way to the interrupt and back is counted, too, and so is a tick of the host's."""
        usual = max(self.rows().values(), key=lambda row: row["count"])
        self.assertGreaterEqual(usual["count"], 60)
        self.assertTrue(usual["median"] < per_operation(self.run) < 1.5 * usual["median"], usual)


@unittest.skipUnless(support.LONG, "takes a minute: it runs only with --long")
class Bench(unittest.TestCase):
    def test_ours_and_theirs_in_one_table(self):
        recording("kvm-vhe", "hypercall", "")  # or it is skipped
        done = support.ws("bench", "--peers", "--benchmark", "hypercall", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = {row["design"]: row for row in json.loads(done.stdout)["results"]}
        self.assertEqual(list(rows), ["split", "el2", "vhe", "kvm-nvhe", "kvm-vhe", "xen"])
        for design, row in rows.items():
            self.assertLess(abs(row["bare"] - row["net"]), 0.02 * row["net"], design)
        self.assertEqual([row["exceptions"] for row in rows.values()], [2, 1, 1, 2, 1, 1])


class OfXen(PeerTrace, unittest.TestCase):
    OF = ("xen", "hypercall", "call=version")
