# SPDX-License-Identifier: Apache-2.0
"""`ws bench --kernels` and the second table of `ws bench --validate --peers`: KVM's costs from kernel to kernel, and the paper's ratios
predicted from them."""

import contextlib
import dataclasses
import io
import json
import unittest
from unittest import mock

import qemu_support as support
from test_peers_trace import recording

from wslib.bench import kernel_history, kvm_validation, microbenchmarks  # noqa: E402
from wslib.linux.debian_kernels import DEFAULT_KERNEL, SUITES  # noqa: E402
from wslib.problem import Problem  # noqa: E402

# Of the breakdown that the profile is made of, what this KVM still does for a hypercall: exceptions and returns,
# general registers, EL1's, trap configuration, stage 2, and what is in no row.
STILL_DONE = 274 + 152 + 184 + 230 + 511 + 199 + 199 + 518


def printed(show, *arguments: object) -> str:
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        show(*arguments)
    return told.getvalue()


class Validation(unittest.TestCase):
    def row(self) -> dict:
        folders = [recording(design, "hypercall").folder for design in ("kvm-nvhe", "kvm-vhe")]
        told = support.wstrace_json("explain", *folders, "--kind", "hypercall (HVC, unhandled)", "--profile", kvm_validation.PROFILE)
        return kvm_validation.row_of("hypercall", DEFAULT_KERNEL, told)

    def test_what_kvm_does_no_more_is_not_gained_any_more(self):
        row = self.row()
        self.assertEqual(row["moved"], {name: {"a": 0, "b": 0} for name in ("fp", "timer", "vgic")})
        self.assertGreater(row["ratio"]["modelled"], 1)
        self.assertLess(row["ratio"]["modelled"], row["ratio"]["paper"] / 2)

    def test_the_profile_is_that_of_this_hypercall(self):
        """Its costs times what KVM moves are the breakdown's; another update of Debian's kernel may move a little more or less."""
        self.assertAlmostEqual(self.row()["cycles"]["a"] / STILL_DONE, 1, delta=0.1)

    def test_the_table(self):
        said = printed(kvm_validation.show, {"profile": kvm_validation.PROFILE, "rows": [self.row()], "problems": []})
        self.assertRegex(said, rf"hypercall +{DEFAULT_KERNEL} +[\d,]+ +[\d,]+ +\d\.\d\d")
        self.assertIn("FP/SIMD registers: the KVM of 2017 moved them at every exit without VHE; here they are moved at none of these.", said)

    def test_without_the_network(self):
        none = Problem("there is no network")
        with mock.patch.object(kvm_validation, "newest_kernel", side_effect=none), mock.patch.object(kvm_validation, "_row", side_effect=none):
            told = kvm_validation.table({"hypercall": "hypercall"})
        self.assertEqual(told["rows"], [])
        said = printed(kvm_validation.show, told)
        for what in ("the newest kernel", f"hypercall on Linux {DEFAULT_KERNEL}"):
            self.assertIn(f"Not in the second table, of KVM itself: {what}: there is no network", said)


class Kernels(unittest.TestCase):
    def test_one_that_cannot_be_had_is_a_row_in_words(self):
        rows = kernel_history.history("stage2-fault", [DEFAULT_KERNEL])
        self.assertEqual([row["design"] for row in rows], ["kvm-nvhe", "kvm-vhe"])
        for row in rows:
            self.assertIn("needs memory that the guest can give back", row["problem"])
        self.assertIn("not to be had: the benchmark stage2-fault cannot be had on kvm-vhe", printed(kernel_history._print, rows))

    def test_a_kernel(self):
        recording("kvm-vhe", "hypercall")  # or it is skipped
        short = dataclasses.replace(microbenchmarks.BENCHMARKS["hypercall"], iterations=64)
        with mock.patch.dict(microbenchmarks.BENCHMARKS, hypercall=short), mock.patch.object(kernel_history, "KVM", ("kvm-vhe",)):
            row, = kernel_history.history("hypercall", [DEFAULT_KERNEL])
        self.assertIsNone(row["problem"])
        self.assertGreater(row["net"], 500)
        self.assertGreaterEqual(row["exceptions"], 1)
        self.assertIn(f"linux-image-{DEFAULT_KERNEL}", row["package"])

    @unittest.skipUnless(support.LONG, "fetches four kernels and runs each four times (scripts/test --long)")
    def test_all(self):
        """The oldest without VHE is counted, and has no trace; every other has both, and what changed since the one before."""
        rows = json.loads(support.ws("bench", "--kernels", "--json").stdout)["results"]
        self.assertLessEqual(set(SUITES), {row["kernel"] for row in rows})
        for row in rows:
            with self.subTest(design=row["design"], kernel=row["kernel"]):
                self.assertIsNone(row["problem"])
                self.assertGreater(row["bare"], 500)
                self.assertEqual(row["net"] is None, (row["design"], row["kernel"]) == ("kvm-nvhe", "5.10"))


if __name__ == "__main__":
    unittest.main()
