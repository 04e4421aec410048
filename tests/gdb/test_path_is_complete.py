# SPDX-License-Identifier: Apache-2.0
"""The page of a hypercall's path leaves nothing out: each instruction of one, in the image that records, is of a line that the page
has on the design's path, or of the vocabulary."""

import os
import subprocess
import sys
import unittest

import gdb_support as support

sys.path.insert(0, str(support.ROOT / "docs"))

import hypercall_path  # noqa: E402

TABLES = {"hyp/arch/sysregs.def"}
AFTER = 300  # the guest's first hypercalls are of other kinds


def lines_executed(design: str) -> set[tuple[str, int]]:
    """File and line of each instruction, where the code stands and not where it was inlined."""
    session = support.debug(design, "hypercall", support.inside("step_hypercall", after=AFTER))
    places = sorted(set(session.answers[-1]["places"]))
    elf = support.ROOT / "build/hyp/hyp/full" / f"hyp-{design}"
    told = subprocess.run(["aarch64-linux-gnu-addr2line", "-e", elf, *map(hex, places)], capture_output=True, text=True,
                          check=True).stdout.splitlines()
    found = set()
    for place in told:
        file, line = place.split(" ")[0].rsplit(":", 1)
        found.add((os.path.relpath(os.path.normpath(file), support.ROOT), int(line)))
    return found


class Complete(unittest.TestCase):
    def check_design(self, design: str):
        parts = [part for _, parts in hypercall_path.path(design) for part in parts]
        parts += [hypercall_path.part(file, start) for file, start in hypercall_path.MERGED]
        known = {(part.file, line) for part in parts for line in range(part.first, part.last + 1)}
        executed = lines_executed(design)
        self.assertGreater(len(executed), 100)
        missing = sorted((file, line) for file, line in executed
                         if (file, line) not in known and file not in hypercall_path.VOCABULARY and file not in TABLES)
        self.assertEqual(missing, [], f"{design}: docs/hypercall_path.py does not have these lines")

    def test_in_split(self):
        self.check_design("split")

    def test_in_el2(self):
        self.check_design("el2")

    def test_in_vhe(self):
        self.check_design("vhe")


if __name__ == "__main__":
    unittest.main()
