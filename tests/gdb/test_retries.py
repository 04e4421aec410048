# SPDX-License-Identifier: Apache-2.0
"""An abort that is judged to be about nothing is tried again, but not for ever. The judgement is made wrong here, by the
debugger: whatever the guest is forbidden, the handler hears that it is allowed."""

import os
import unittest
from itertools import groupby

import gdb_support as support

DESIGNS = support.DESIGNS if os.environ.get("WS_LONG") == "1" else ("vhe",)  # what is tested is the same source in all
MOST = 16  # FaultRetries::kMost
PERMISSION = 0x0c
ABORTS = (0x20, 0x24)  # exception classes at EL2
ALLOWED = 1  # Touch::allowed

# Of permission faults only: the memory that is touched for the first time is still to be mapped.
WRONG_JUDGE = [
    f"break ws::touch_memory if (vcpu.context->exit.esr & 0x3c) == {PERMISSION:#x}",
    "commands",
    "silent",
    f"set $x0 = {ALLOWED}",
    "set $pc = $x30",
    "continue",
    "end",
]


class Retries(unittest.TestCase):
    def test_the_guest_gets_its_abort_in_the_end(self):
        for design in DESIGNS:
            with self.subTest(design=design):
                session = support.debug(design, "fine_print", [*WRONG_JUDGE, "continue"])
                console = (session.folder / "console.log").read_text(encoding="utf-8", errors="replace")
                # The guest looks at its aborts itself, and says so when it has had them all.
                self.assertIn("guest: walks that update protected tables end", console)
                self.assertNotIn("FAIL", console)
                denied = [(trap["ELR_EL2"], trap["FAR_EL2"], trap["ESR_EL2"]) for trap in session.events
                          if trap["event"] == "trap" and trap["owner"] and (trap["ESR_EL2"] or 0) >> 26 in ABORTS
                          and trap["ESR_EL2"] & 0x3c == PERMISSION]
                times = {len(list(same)) for _, same in groupby(denied)}
                # The same access is denied twice by the guest's own doing: read-only tables, then tables without any
                # right.
                self.assertLessEqual(times, {MOST + 1, 2 * (MOST + 1)})
                self.assertGreater(len(times), 0)
                self.assertGreater(console.count("again and again"), 10)


if __name__ == "__main__":
    unittest.main()
