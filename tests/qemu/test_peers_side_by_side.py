# SPDX-License-Identifier: Apache-2.0
"""Real KVM without VHE beside real KVM with it, benchmark for benchmark: what no step explains is little, and who moves what is told."""

import unittest

import qemu_support as support
from test_peers_trace import ITERATIONS, recording

MOST = 0.1  # of an operation's instructions


class SideBySide(unittest.TestCase):
    """`compare`, `explain` and `statistics` have each benchmark's operation on both sides."""

    def compared(self, benchmark: str, kind: str) -> dict:
        folders = [recording(design, benchmark).folder for design in ("kvm-nvhe", "kvm-vhe")]
        for folder in folders:
            done = support.call(support.WSTRACE, "check", folder)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        row = next(row for row in support.wstrace_json("compare", *folders)["kinds"] if kind in row["kind"])
        for side in "ab":
            told = row[side]
            self.assertLess(told["net_by_part"]["residual"], MOST * told["net"]["median"], (benchmark, side))
        self.assertGreater(row["paired"], ITERATIONS - 4)
        self.assertGreater(row["a"]["net"]["median"], row["b"]["net"]["median"])
        return row

    def test_hypercall(self):
        self.compared("hypercall", "hypercall")

    def test_id_register(self):
        self.compared("id-register", "SYS64 read ID_")

    def test_io_kernel(self):
        self.compared("io-kernel", "mmio read distributor")

    def test_io_user(self):
        """Here VHE, too, has much to move: the vCPU is put and loaded for its VMM."""
        row = self.compared("io-user", "mmio read vmm")
        self.assertLess(row["ratio"], 1.2)
        for side in "ab":
            parts = row[side]["net_by_part"]
            self.assertGreater(parts["vmm"], 0)
            self.assertEqual(set(sorted(parts, key=parts.get)[-2:]), {"transitions", "handler"})
            self.assertGreater(row[side]["registers"]["fp"]["saved"], 0)  # the VMM's, which the host's kernel puts away

    def test_timer_interrupt(self):
        self.compared("timer-interrupt", "IRQ 27")

    def test_virtual_ipi(self):
        """It is told as one path through two CPUs, and the target's list register is filled on it."""
        self.compared("virtual-ipi", "SYS64 write ICC_SGI1R_EL1")
        folders = [recording(design, "virtual-ipi").folder for design in ("kvm-nvhe", "kvm-vhe")]
        told = support.wstrace_json("explain", *folders, "--kind", "virtual IPI")
        parts = {row["part"]: row for row in told["parts"]}
        for side in "ab":
            net = sum(row["instructions"][side] for row in parts.values())
            self.assertLess(parts["residual"]["instructions"][side], MOST * net)
        for folder in folders:
            moves = support.wstrace_json("find", folder, "register_move register=ICH_LR0_EL2")["events"]
            self.assertGreaterEqual(len(moves), ITERATIONS - 4)

    def test_a_guest_that_never_traps(self):
        """The end of an interrupt is the CPU's own business: there is a trace, and no operation in it."""
        told = support.wstrace_json("statistics", recording("kvm-nvhe", "virtual-eoi").folder)
        self.assertEqual(told["by_kind"], [])


if __name__ == "__main__":
    unittest.main()
