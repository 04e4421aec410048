# SPDX-License-Identifier: Apache-2.0
"""`hyp walk` and `hyp s2` agree with QEMU's own translation of random addresses, mapped and unmapped."""

import unittest

import gdb_support as support

ADDRESSES = 1000


class Translation(unittest.TestCase):
    def check(self, place: list[str], image: str, **expected):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                session = support.debug(design, image, [*place, *support.inside("translate", seed=7, count=ADDRESSES)])
                told = session.answers[-1]
                self.assertEqual(told["different"], [])
                self.assertGreater(told["mapped"], 2)  # a guest that has just begun has little
                self.assertLess(told["mapped"], ADDRESSES * 19 // 20)
                for name, value in expected.items():
                    self.assertEqual(told[name], value)

    def test_in_a_guest_with_its_mmu_off(self):
        """Stage 2 alone."""
        self.check(["hyp next-exit hvc64", "hyp next-entry", "stepi"], "hypercall", guest=True, flat=True)

    def test_in_a_guest_with_its_mmu_on(self):
        """Both stages."""
        self.check(["hyp next-exit hvc64", "hyp next-entry", "stepi"], "stage2", guest=True)

    def test_in_the_host(self):
        """The kernel's own tables, in each design's regime."""
        self.check(["hyp break handle_exit @host", "continue"], "hypercall", guest=False)

    def test_in_a_vmm(self):
        self.check(["hyp break run_user @host", "continue", "delete", "hyp step-world"], "hypercall", guest=False, el=0)

    def test_the_commands_say_the_same(self):
        """As a user types them: both of one address."""
        session = support.debug("vhe", "hypercall", ["hyp next-exit hvc64", "hyp next-entry", "stepi", "hyp s2 $pc --json",
                                                     "hyp walk $pc --json", "hyp s2 0x9000000 --json"])
        second, both, device = session.answers
        self.assertEqual(second["output"], both["output"])
        self.assertEqual(second["rights"], "rwx")
        self.assertIn("translation fault", device["fault"])
