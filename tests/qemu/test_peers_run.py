# SPDX-License-Identifier: Apache-2.0
"""Guests on real KVM and Xen: Debian's kernels as hosts, our VMM, and how such a run is asked for, fetched, judged and kept."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import qemu_support as support

from wslib.linux import debian_packages, peer_packages  # noqa: E402
from wslib.linux.debian_kernels import DEFAULT_KERNEL  # noqa: E402
from wslib.linux.debian_packages import mirror_of_line, mirror_of_targets  # noqa: E402
from wslib.linux.peer_packages import fetch_kernel, fetch_qemu, fetch_xen, kernels_of, qemu_version  # noqa: E402
from wslib.machine.flat_device_tree import Node, cells, read_tree, strings, write_tree  # noqa: E402
from wslib.machine.vm_options import Vm  # noqa: E402
from wslib.machine.xen_host import tree_with_domain  # noqa: E402
from wslib.problem import USAGE, Problem  # noqa: E402
from wslib.run.verdict import XEN_LAST_WORDS, End, judge_peer, judge_xen  # noqa: E402


def run(design: str, guest: str, *options: str, append: str = "", trace: str = "off") -> support.Run:
    """On real KVM or Xen, or skipped where that cannot be fetched."""
    try:
        fetch_xen() if design == "xen" else fetch_kernel(DEFAULT_KERNEL)
        fetch_qemu()
    except Problem as problem:
        raise unittest.SkipTest(f"Debian's {design} cannot be had here: {problem}") from None
    return support.new_run(design, guest, "--trace", trace, *options, append=append)


@support.once
def hypercalls(design: str, which: int = 1) -> support.Run:
    """`which`: there may be several of the same."""
    return run(design, "hypercall", append="iterations=256")


def told_by_guest(done: support.Run) -> dict[str, int]:
    """What it says of itself: the instructions of all its operations by its own clock, its loop's included, and how many there were."""
    return json.loads(re.search(r"@bench (\{.*\})", done.console)[1])


def per_operation(done: support.Run) -> float:
    told = told_by_guest(done)
    return told["total"] / told["iterations"]


class Guests(unittest.TestCase):
    """They find on real KVM what they find on our designs."""

    def succeed(self, design: str, guest: str, append: str = "", cpus: int = 1) -> support.Run:
        done = run(design, guest, "--cpus", str(cpus), "--vcpus", str(cpus), append=append)
        self.assertEqual(done.status, 0, done.stderr + done.console)
        return done

    def test_registers_are_kept_but_for_a_call_s_results(self):
        self.succeed("kvm-nvhe", "registers", "rounds=300 results=4")

    def test_an_unknown_call_changes_x1_to_x3(self):
        """Allowed by the SMC calling convention, and not what Worldswitch does."""
        done = run("kvm-vhe", "registers", append="rounds=1")
        self.assertEqual(done.status, 1)
        self.assertEqual(re.findall(r"guest: (X\d+) was", done.console), ["X1", "X2", "X3"])

    def test_timers(self):
        self.succeed("kvm-nvhe", "timer", "rounds=1")

    def test_ipis(self):
        self.succeed("kvm-vhe", "sgi", "rounds=50", cpus=2)

    def test_preemption(self):
        self.succeed("kvm-nvhe", "preempt", "rounds=30", cpus=2)

    def test_debug_registers(self):
        self.succeed("kvm-vhe", "debug", "rounds=1")

    def test_boot_protocol(self):
        self.succeed("kvm-vhe", "arm64_boot", cpus=2)

    def test_accesses_to_devices(self):
        """But for those that KVM leaves to somebody who reads instructions, and the sign that this Linux loses."""
        done = self.succeed("kvm-vhe", "mmio", "forms=described signs=lost")
        self.assertIn("LDR Q: refused", done.console)


class Benchmarks(unittest.TestCase):
    def test_hypercall(self):
        """VHE is what makes the difference, here as in the paper; and counts repeat, but for a tick of the host's timer: when that comes
        depends on the hour at which Linux starts."""
        nvhe, vhe, again = map(per_operation, (hypercalls("kvm-nvhe"), hypercalls("kvm-vhe"), hypercalls("kvm-vhe", 2)))
        self.assertLess(abs(vhe - again), 100)
        self.assertTrue(500 < vhe < 1500, vhe)
        self.assertTrue(1.2 * vhe < nvhe < 3 * vhe, (nvhe, vhe))

    def test_micro(self):
        costs = {name: per_operation(run("kvm-vhe", "micro", append=f"benchmark={name} iterations=64"))
                 for name in ("io-kernel", "io-user")}
        self.assertTrue(1000 < costs["io-kernel"] < 3000, costs)
        # A host that had no randomness yet would take three times as much.
        self.assertTrue(2 * costs["io-kernel"] < costs["io-user"] < 9000, costs)

    def test_virtual_ipi(self):
        done = run("kvm-vhe", "micro", "--cpus", "2", "--vcpus", "2", append="benchmark=virtual-ipi iterations=64")
        self.assertTrue(2000 < per_operation(done) < 12000)


class OnXen(unittest.TestCase):
    def test_hypercall(self):
        done = run("xen", "hypercall", append="iterations=64 call=version")
        self.assertEqual(done.status, 0, done.console)
        self.assertTrue(300 < per_operation(done) < 900)
        told = done.description
        self.assertRegex(told["packages"]["xen"], r"^xen-hypervisor-4\.17-arm64_4\.17")
        self.assertRegex((done.folder / "kallsyms").read_text(), r"(?m)^0x\w+ T do_trap_guest_sync$")
        self.assertEqual(set(told["window"]), {"begin", "end"})

    def test_id_register(self):
        done = run("xen", "micro", append="benchmark=id-register iterations=64")
        self.assertEqual(done.status, 0, done.console)
        self.assertTrue(300 < per_operation(done) < 900)


class DeviceTree(unittest.TestCase):
    def test_what_is_read_is_written_again(self):
        root = Node("", {"compatible": strings("a", "b"), "empty": b""}, [Node("chosen", {"cells": cells(1, 2)}), Node("soc@0")])
        again = read_tree(write_tree(root))
        self.assertEqual(again, root)
        with self.assertRaises(ValueError):
            read_tree(bytes(64))

    def test_domain(self):
        vm = Vm("hypercall", append="iterations=3", mem=64 << 20)
        chosen = read_tree(tree_with_domain(write_tree(Node("", {}, [Node("chosen")])), vm, 0x5000)).child("chosen")
        domain = chosen.child("domU1")
        self.assertEqual(domain.properties["memory"], cells(0, 65536))  # in KiB
        module = domain.children[0]
        self.assertEqual((module.name, module.properties["bootargs"]), ("module@50000000", b"iterations=3\0"))
        self.assertEqual(module.properties["reg"], cells(0, 0x5000_0000, 0, 0x5000))


class Folder(unittest.TestCase):
    """What is left for whoever looks at the run, or records such a one."""

    def test_what_it_was_made_of(self):
        done = hypercalls("kvm-nvhe")
        told = done.description
        self.assertRegex(told["packages"]["kernel"], r"^linux-image-6\.1\.\S+-arm64_6\.1\.")
        self.assertRegex(told["qemu"]["version"], r"^QEMU emulator version \d\d")
        self.assertIn("kvm-arm.mode=nvhe", " ".join(told["qemu"]["command"]))
        self.assertEqual((told["verdict"], told["trace"], told["options"]["design"]), ("success", None, "kvm-nvhe"))
        self.assertFalse((done.folder / "ram").exists())

    def test_symbols_of_the_kernel(self):
        done = hypercalls("kvm-vhe")
        symbols = {line.split()[2]: int(line.split()[0], 16) for line in (done.folder / "kallsyms").read_text().splitlines()}
        for name in ("__guest_enter", "kvm_arch_vcpu_ioctl_run", "__kvm_nvhe___guest_enter"):
            self.assertGreater(symbols.get(name, 0), 0xffff_0000_0000_0000, name)

    def test_window_of_the_guest(self):
        done = hypercalls("kvm-vhe")
        names = subprocess.run(["aarch64-linux-gnu-nm", "-C", support.ROOT / "build/hyp/guests/hypercall"], capture_output=True, text=True,
                               check=True).stdout
        for which in ("begin", "end"):
            found = re.search(rf"^(\w+) T guest::{which}_benchmark", names, re.M)
            self.assertEqual(done.description["window"][which], int(found[1], 16))

    def test_a_guest_that_its_vmm_cannot_go_on_with(self):
        """PSCI's SYSTEM_RESET."""
        image = support.new_folder() / "reset.bin"
        image.write_bytes(bytes.fromhex("20018052" "0080b072" "020000d4"))  # mov w0, #9; movk w0, #0x8400, lsl #16; hvc #0
        done = run("kvm-vhe", str(image))
        self.assertEqual((done.status, done.description["verdict"]), (3, "crash"), done.console)
        self.assertIn("the VMM failed: the guest has reset its machine", done.stderr)


class Refusals(unittest.TestCase):
    """One sentence each, and nothing is fetched before."""

    CASES = {
        ("--design", "kvm-vhe", "--trace", "traps"): "recorded from outside, and whole",
        ("--design", "kvm-vhe", "--trace", "full", "--mttcg"): "--mttcg gives it up",
        ("--design", "kvm-vhe", "--cpu", "cortex-a72"): "needs a CPU with VHE",
        ("--design", "kvm-nvhe", "--kernel", "5.10"): "give --cpu cortex-a72",
        ("--design", "kvm-vhe", "--vm", "guest=hypercall"): "leave --vm out",
        ("--design", "kvm-vhe", "--selfcheck"): "is for this hypervisor's own designs",
        ("--design", "kvm-vhe", "--record"): "is for this hypervisor's own designs",
        ("--design", "kvm-vhe", "--kernel", "6"): "two numbers",
        ("--design", "kvm-vhe", "--guest", "priority"): "priority cannot run on kvm-vhe",
        ("--design", "kvm-vhe", "--guest", "micro", "--append", "benchmark=vm-switch"): "needs two VMs",
        ("--design", "kvm-vhe", "--guest", "linux"): "runs flat guests",
        ("--design", "xen", "--guest", "sgi"): "hypercall and micro with benchmark=id-register",
        ("--design", "xen", "--cpus", "2"): "one CPU and one vCPU",
        ("--design", "xen", "--kernel", "6.1"): "is not for xen",
        ("--design", "vhe", "--kernel", "6.1"): "vhe has none",
    }

    def test_what_cannot_be_had(self):
        for words, sentence in self.CASES.items():
            with self.subTest(words=words):
                guest = () if "--guest" in words else ("--guest", "hypercall")
                done = support.ws("run", *words, *guest, "--out", str(support.new_folder() / "none"))
                self.assertEqual(done.returncode, USAGE, done.stderr)
                *built, said = done.stderr.strip().splitlines()  # what was not built yet may have been
                self.assertIn(sentence, said)
                self.assertFalse([line for line in built if line.startswith("ws: fetching")])

    def test_debugging(self):
        done = support.ws("debug", "--design", "kvm-vhe", "--guest", "hypercall")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("kvm-vhe is another's", done.stderr)


class Packages(unittest.TestCase):
    def test_newest_kernel_of_each_version(self):
        names = ["linux-image-6.1.0-9-arm64", "linux-image-6.1.0-50-arm64", "linux-image-6.1.0-60-cloud-arm64", "linux-image-6.1.0-60-rt-arm64",
                 "linux-image-6.12.90+deb12-arm64", "linux-image-6.12.90+deb12.1-arm64", "linux-image-7.3.4+deb13-arm64",
                 "linux-binary-7.3.4+deb13-arm64", "linux-image-arm64", "linux-image-6.12.95+deb13-arm64-16k"]
        self.assertEqual(kernels_of(names), {"6.1": "linux-image-6.1.0-50-arm64", "6.12": "linux-image-6.12.90+deb12.1-arm64",
                                             "7.3": "linux-binary-7.3.4+deb13-arm64"})

    def test_version_of_qemu(self):
        self.assertEqual(qemu_version("QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)"), 10)
        self.assertEqual(qemu_version("QEMU emulator version 7.2.22"), 7)
        self.assertEqual(qemu_version(""), 0)

    def test_mirror_is_this_machine_s(self):
        targets = "http://a.test/others/ bookworm main\nhttp://m.test/debian/ bookworm-updates main\nhttp://m.test/debian/ bookworm contrib\n" \
                  "http://m.test/debian/ bookworm main\nhttp://s.test/debian-security/ bookworm-security main\n"
        self.assertEqual(mirror_of_targets(targets, "bookworm"), "http://m.test/debian/")
        self.assertEqual(mirror_of_targets("http://a.test/others/ bookworm main\n", "bookworm"), "http://a.test/others/")
        self.assertEqual(mirror_of_targets(targets, "trixie"), "")
        self.assertEqual(mirror_of_line("# deb http://no.test x main\ndeb [signed-by=/k arch=arm64] http://m.test/debian trixie main\n"),
                         "http://m.test/debian")
        self.assertEqual(mirror_of_line(""), "")

    def test_a_fetch_that_fails_leaves_nothing(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(debian_packages, "mirror", lambda: f"file:{folder}/nothing"):
            with self.assertRaises(Problem) as refused:
                fetch_kernel("6.1", Path(folder) / "peers")
            self.assertIn("apt finds no kernel in Debian's bookworm", str(refused.exception))
            self.assertEqual([file.name for file in (Path(folder) / "peers").iterdir()], [".ws-lock"])

    def test_what_is_fetched_is_used_again(self):
        """Without a word to apt."""
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "linux-6.1"
            place.mkdir()
            (place / "package.json").write_text('{"package": "linux-image-6.1.0-1-arm64_6.1.1-1_arm64"}')
            with mock.patch.object(peer_packages, "Apt", side_effect=AssertionError):
                self.assertEqual(fetch_kernel("6.1", Path(folder)).package, "linux-image-6.1.0-1-arm64_6.1.1-1_arm64")


class Verdicts(unittest.TestCase):
    def judge(self, console: bytes, reason: str = "ended", status: int = 0) -> tuple[int, str]:
        verdict = judge_peer(End(reason, status, "", {}), console, 30)
        return verdict.status, verdict.words

    def test_of_the_guest(self):
        off = b"[    0.827112] reboot: Power down\r\n"
        self.assertEqual(self.judge(b"guest: status 0\r\n" + off)[0], 0)
        self.assertEqual(self.judge(b"guest: status 7\r\n" + off), (1, "the guest reported failure: exit status 7"))
        self.assertEqual(self.judge(off)[0], 0)

    def test_of_a_domain(self):
        def judge(console: bytes, reason: str = "ended") -> int:
            return judge_xen(End(reason, 0, "", {}), console, 30).status

        self.assertEqual(judge(b"(XEN) DOM1: guest: status 0\r\n"), 0)
        self.assertEqual(judge(b"(XEN) DOM1: guest: status 1\r\n"), 1)
        self.assertIsNone(XEN_LAST_WORDS.search(b"(XEN) DOM1: guest: status 1"))  # of 12, perhaps
        self.assertEqual(judge(b"(XEN) Domain 1 (vcpu#0) crashed on cpu#0:\r\n"), 3)
        self.assertEqual(judge(b"(XEN) ****\r\n(XEN) Panic on CPU 0:\r\n(XEN) Unable to find a GIC\r\n"), 4)
        self.assertEqual(judge(b"(XEN) DOM1: @bench", "time_out"), 5)

    def test_of_what_it_runs_on(self):
        off = b"[    0.827112] reboot: Power down\r\n"
        self.assertEqual(self.judge(b"\r\nvmm: KVM_RUN: Bad address\r\n" + off), (3, "the VMM failed: KVM_RUN: Bad address"))
        self.assertEqual(self.judge(b"[    1.2] Kernel panic - not syncing: No working init found.\r\n"),
                         (4, "the hypervisor panicked: No working init found."))
        self.assertEqual(self.judge(b"guest: status 0\r\n", "time_out")[0], 5)
        self.assertEqual(self.judge(b"")[0], 6)
        self.assertEqual(self.judge(b"", "interrupted")[0], 130)


if __name__ == "__main__":
    unittest.main()
