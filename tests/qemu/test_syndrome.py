# SPDX-License-Identifier: Apache-2.0
"""An exit by an interrupt has no syndrome: nothing is shown as if it had, and what it costs does not hang on the exit before it."""

import unittest

import qemu_support as support
from outside_reader import numbers, read

LOWER_EL_IRQ, LOWER_EL_SYNC = 9, 8
ABORTS = (0x20, 0x24)  # IABT_LOW, DABT_LOW
# `timer` takes interrupts after exits of several kinds; `mmio` has aborts.
GUESTS = ("timer", "mmio")


class Syndrome(unittest.TestCase):
    def test_registers_that_an_exception_left_alone_are_not_in_the_trace(self):
        """As an outside reader finds it, so that what wstrace leaves out does not help."""
        for guest in GUESTS:
            for design in support.DESIGNS:
                with self.subTest(guest=guest, design=design):
                    interrupts = others = aborts = 0
                    for trap in map(numbers, read(support.Case(design, guest)).lines("trap")):
                        if trap["vector"] == LOWER_EL_IRQ:
                            interrupts += 1
                            self.assertEqual(trap["ESR_EL2"], 0, trap)
                        if trap["vector"] == LOWER_EL_SYNC and trap["ESR_EL2"] >> 26 in ABORTS:
                            aborts += 1
                            continue
                        others += 1
                        self.assertEqual((trap["FAR_EL2"], trap["HPFAR_EL2"]), (0, 0), trap)
                    self.assertTrue(interrupts if guest == "timer" else aborts)
                    self.assertTrue(others)

    def test_wstrace_says_that_there_is_none(self):
        traps = support.wstrace_json("dump", support.run("vhe", "timer").folder, "--kind", "trap")["events"]
        interrupts = 0
        for trap in traps:
            fields = {field["name"]: field for field in trap["fields"]}
            if fields["vector"]["text"] != "lower_el_aarch64_irq":
                continue
            interrupts += 1
            for name, words in {"ESR_EL2": "none: an IRQ has no syndrome", "FAR_EL2": "none: an IRQ has no fault address",
                                "HPFAR_EL2": "none: an IRQ has no fault address"}.items():
                self.assertEqual(fields[name]["text"], words)
                self.assertIsNone(fields[name]["hex"])
                self.assertNotIn("fields", fields[name])
        self.assertGreater(interrupts, 10)

    def test_every_interrupt_costs_the_same_from_the_guests_registers_to_the_next_step(self):
        """That is where the syndrome is kept, and where an abort's address is asked for."""
        for design in ("split", "vhe"):  # el2's is the code of vhe
            with self.subTest(design=design):
                costs = {}
                interrupted, saved = False, None
                # The text, of which there is a tenth of what there would be of JSON.
                for line in support.wstrace("dump", support.run(design, "timer").folder).splitlines():
                    _index, _cpu, _raw, net, kind, *fields = line.split(None, 5)
                    net, names = int(net.removeprefix("net=")), set("".join(fields).split())
                    if kind == "trap":
                        interrupted = "vector=lower_el_aarch64_irq" in names
                    elif interrupted and kind == "phase_end" and "step=save_general_purpose" in names:
                        interrupted, saved = False, net
                    elif saved is not None and kind == "phase_begin":
                        step = next(name for name in names if name.startswith("step="))
                        costs.setdefault(step, set()).add(net - saved)
                        saved = None
                self.assertTrue(costs)
                for step, seen in costs.items():
                    self.assertEqual(len(seen), 1, f"{design}: up to {step} an interrupt takes {sorted(seen)} instructions")


if __name__ == "__main__":
    unittest.main()
