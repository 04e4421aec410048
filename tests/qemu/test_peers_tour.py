# SPDX-License-Identifier: Apache-2.0
"""The tours through KVM and Xen are true of what is recorded here, and so is what the page on them says: whatever Debian's newest kernel is."""

import re
import unittest

import qemu_support as support
from test_peers_trace import recording


def explained(a: support.Run, b: support.Run, kind: str = "hypercall") -> dict:
    """The comparison of the two runs' operations of this kind."""
    return next(row for row in support.wstrace_json("compare", a.folder, b.folder)["kinds"] if kind in row["kind"])


def books(a: support.Run, b: support.Run) -> list[dict[str, dict]]:
    """What the two did to each register."""
    told = support.wstrace_json("registers", a.folder, b.folder)
    return [{row["register"]: row for row in told[side]["registers"]} for side in "ab"]


class PeerTour:
    TOUR = ""
    DESIGNS = ("", "")
    APPEND = ""

    def setUp(self):
        self.runs = [recording(design, "hypercall", self.APPEND) for design in self.DESIGNS]
        self.kind = explained(*self.runs)
        self.a, self.b = (self.kind[side]["net_by_part"] for side in "ab")
        self.net_a, self.net_b = (self.kind[side]["net"]["median"] for side in "ab")

    def test_each_step_and_each_figure_is_there(self):
        folders = [run.folder for run in self.runs]
        done = support.call(support.WSTRACE, "tour", self.TOUR, *folders, "--check")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        text = (support.ROOT / f"labs/tours/{self.TOUR}.tour").read_text(encoding="utf-8")
        *_, body = text.partition("\n==")
        # What is this kernel's is named, not written out; a year and a kernel's version are nobody's.
        body = re.sub(r"\{[^}]*\}|in 2017|--kernel \S+", "", body)
        self.assertEqual([figure for figure in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)", body) if float(figure) > 31], [])


class OfKvm(PeerTour, unittest.TestCase):
    TOUR = "kvm"
    DESIGNS = ("kvm-nvhe", "kvm-vhe")

    def test_the_paper_s_designs_are_further_apart(self):
        ours = explained(support.run("split", "hypercall"), support.run("vhe", "hypercall"))
        self.assertGreater(ours["ratio"], 2)
        self.assertTrue(1.1 < self.kind["ratio"] < ours["ratio"])

    def test_most_of_the_difference_is_the_architecture_s(self):
        of_architecture = sum(self.a[part] - self.b[part] for part in ("transitions", "el1"))
        self.assertGreater(of_architecture, (self.net_a - self.net_b) / 2)
        self.assertEqual((self.kind["a"]["exceptions"], self.kind["b"]["exceptions"]), (2, 1))

    def test_what_kvm_no_longer_moves(self):
        for side in "ab":
            self.assertFalse({"fp", "timer", "vgic", "list_registers"} & set(self.kind[side]["registers"]), side)

    def test_the_run_loop_is_the_largest_part(self):
        self.assertEqual(max(self.b, key=self.b.get), "handler")
        self.assertGreater(self.b["handler"], 0.3 * self.net_b)
        self.assertLess(abs(self.a["handler"] - self.b["handler"]), 0.2 * self.b["handler"])
        ratio = (self.net_a - self.a["handler"]) / (self.net_b - self.b["handler"])
        self.assertGreater(ratio, 1.1 * self.kind["ratio"])

    def test_stage_2_is_written_with_what_was_there(self):
        """But where it was taken away. With VHE a newer Linux writes nothing of it."""
        nvhe, vhe = books(*self.runs)
        for row in (nvhe["VTCR_EL2"], nvhe["VMPIDR_EL2"]):
            self.assertGreater(row["written"], 0)
            self.assertEqual(row["redundant_writes"], row["written"])
        for row in (vhe["VTTBR_EL2"], vhe["VTCR_EL2"]):
            self.assertEqual(row["redundant_writes"], row["written"])
        self.assertEqual((nvhe["VTTBR_EL2"]["written"], nvhe["VTTBR_EL2"]["redundant_writes"]), (2, 0))

    def test_nvhe_saves_the_host_s_general_purpose_registers_too(self):
        nvhe, vhe = books(*self.runs)
        self.assertEqual((nvhe["X4"]["saved"], vhe["X4"]["saved"]), (2, 1))
        split, _ = books(support.run("split", "hypercall"), support.run("vhe", "hypercall"))
        self.assertEqual((split["X4"]["saved"], split["X19"]["saved"]), (1, 2))


class OfXen(PeerTour, unittest.TestCase):
    TOUR = "xen"
    DESIGNS = ("kvm-vhe", "xen")
    APPEND = "call=version"

    def test_what_xen_leaves_alone(self):
        self.assertEqual((self.b["trap_config"], self.b["stage2"], self.b["debug"]), (0, 0, 0))
        kvm, xen = books(*self.runs)
        self.assertEqual([(name, row["written"], row["redundant_writes"]) for name, row in xen.items() if row["written"]], [("ICH_HCR_EL2", 1, 1)])
        self.assertGreater(self.kind["a"]["control_writes"], self.kind["b"]["control_writes"])
        moved = {name for name, row in xen.items() if row["class"] == "el1" and row["saved"] + row["restored"]}
        self.assertEqual(moved, {"SP_EL1", "ELR_EL1", "SPSR_EL1"})
        self.assertEqual([name for name in moved if kvm[name]["saved"]], [])
        for name in moved:
            self.assertEqual((xen[name]["redundant_restores"], xen[name]["restored"]), (1, 1), name)

    def test_where_a_guest_goes_on_is_saved_and_restored(self):
        _, xen = books(*self.runs)
        for name in ("ELR_EL2", "SPSR_EL2"):
            self.assertEqual((xen[name]["saved"], xen[name]["restored"]), (1, 1))

    def test_what_xen_does_each_time(self):
        self.assertGreater(self.b["interrupt_controller"], self.a["interrupt_controller"])
        self.assertGreater(self.b["general"], self.a["general"])
        rest = [parts["handler"] for parts in (self.a, self.b)]
        self.assertLess(rest[1], rest[0])


if __name__ == "__main__":
    unittest.main()
