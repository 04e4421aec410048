# SPDX-License-Identifier: Apache-2.0
"""ws run --count tells each CPU's instructions: those of a guest of which they are known (known_counts.S).

All CPUs run the same code. QEMU 10 and later, with -icount, tell a plugin of each block the CPU that came to it first.
"""

import functools
import subprocess
import unittest
from pathlib import Path

import qemu_support as support

CPUS = 4
FEW, MANY = 20_000, 50_000  # rounds


@functools.cache
def image(rounds: int) -> Path:
    folder = support.new_folder()
    elf, flat = folder / "known_counts.elf", folder / "known_counts.bin"
    subprocess.run(["aarch64-linux-gnu-gcc", "-nostdlib", "-static", "-Wl,-Ttext=0x40080000", "-Wl,--build-id=none",
                    f"-DCPUS={CPUS}", f"-DROUNDS={rounds}", Path(__file__).with_name("known_counts.S"), "-o", elf], check=True)
    subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", elf, flat], check=True)
    return flat


def counted(design: str, rounds: int, *options: str) -> list[int]:
    """Of each CPU."""
    run = support.new_run(design, str(image(rounds)), "--trace", "off", "--count", "--vcpus", str(CPUS), *options)
    if run.status:
        raise AssertionError(f"exit status {run.status}: {run.stderr}")
    counts = run.description["instructions"]
    if counts["cpus"] is None:
        raise unittest.SkipTest("this QEMU does not tell which CPU runs")
    if sum(counts["cpus"]) != counts["total"]:
        raise AssertionError(f"the CPUs' counts are not the total: {counts}")
    return counts["cpus"]


class EachCpu(unittest.TestCase):
    def test_on_the_board_to_the_instruction(self):
        for clock in ((), ("--mttcg",)):
            with self.subTest(clock=clock):
                few, many = counted("native", FEW, *clock), counted("native", MANY, *clock)
                self.assertEqual([more - less for less, more in zip(few, many)],
                                 [2 * (MANY - FEW) * (cpu + 1) for cpu in range(CPUS)],
                                 f"CPU n has not executed what it was given: {few}, {many}")

    def test_in_a_vm_each_cpu_has_its_vcpus(self):
        """vCPU n on the CPU that it is pinned to. The hypervisor's own instructions are few beside the guest's."""
        pins = [2, 3, 0, 1]
        for design in support.DESIGNS:
            with self.subTest(design=design):
                few, many = (counted(design, rounds, "--cpus", str(CPUS), "--pin", "+".join(map(str, pins)))
                             for rounds in (FEW, MANY))
                for vcpu, cpu in enumerate(pins):
                    expected = 2 * (MANY - FEW) * (vcpu + 1)
                    self.assertAlmostEqual((many[cpu] - few[cpu]) / expected, 1, delta=0.05,
                                           msg=f"CPU {cpu} has not executed what vCPU {vcpu} was given: {few}, {many}")


if __name__ == "__main__":
    unittest.main()
