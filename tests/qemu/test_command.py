# SPDX-License-Identifier: Apache-2.0
"""From the options of `ws run` to the machine: the VMs, where their images go, the hypervisor's command line."""

import unittest
from pathlib import Path

import qemu_support as support

from wslib.machine.qemu_machine import (ALIGNMENT, DEVICE_TREE_BYTES, DEVICE_TREE_MAX_OFFSET, HYPERVISOR_BYTES,  # noqa: E402
                                   RAM_BASE, boot_arguments, make_layout, qemu_command)
from wslib.run.one_run import Options  # noqa: E402
from wslib.sizes import MIB  # noqa: E402
from wslib.machine.vm_options import Vm, parse_offset, parse_pin, parse_vm  # noqa: E402


class FurtherVm(unittest.TestCase):
    def test_defaults_are_those_of_the_first(self):
        self.assertEqual(parse_vm("guest=soak"), Vm("soak"))
        self.assertEqual(Options("vhe", "soak").vms, [Vm("soak")])

    def test_every_key(self):
        self.assertEqual(parse_vm("pin=0+1,load=0x200000,guest=soak,vcpus=2,mem=128M,append=a=1"),
                         Vm("soak", 2, 128 * MIB, [0, 1], 0x200000, "a=1"))

    def test_devices_and_commands(self):
        self.assertEqual(parse_vm("guest=linux,disk=d.img,net=on,exec=a, append=b"),
                         Vm("linux", disk="d.img", net=True, exec="a, append=b"))
        self.assertEqual((Vm("linux").mem, Vm("linux", mem=MIB).mem), (256 * MIB, MIB))

    def test_commas_after_append_belong_to_it(self):
        self.assertEqual(parse_vm("guest=g,append=a,vcpus=3,append=b").append, "a,vcpus=3,append=b")
        self.assertEqual(parse_vm("guest=g,append=").append, "")

    def test_what_is_wrong_is_said(self):
        for text, words in (("", "needs guest="), ("vcpus=1", "needs guest="), ("guest=", "needs guest="),
                            ("guest=g,", "'' is none of the keys"), ("guest=g,cpus=1", "'cpus=1' is none"),
                            ("guest=g,vcpus", "'vcpus' is none"), ("guest=g,guest=h", "two values for guest"),
                            ("guest=g,vcpus=two", "vcpus: 'two' is not a number"),
                            ("guest=g,mem=big", "mem: 'big' is not a size"),
                            ("guest=g,pin=0-3", "pin: '0-3' is not a list of CPUs"),
                            ("guest=g,load=1", "load: '1' is not a multiple of 4 KiB")):
            with self.subTest(text=text), self.assertRaises(ValueError) as raised:
                parse_vm(text)
            self.assertIn(words, str(raised.exception))

    def test_pins(self):
        self.assertEqual(parse_pin("3"), [3])
        self.assertEqual(parse_pin("1+0+10"), [1, 0, 10])
        for text in ("", "+", "1+", "0,1", "a", "-1", " 1"):
            with self.subTest(text=text), self.assertRaises(ValueError):
                parse_pin(text)

    def test_offsets(self):
        self.assertEqual([parse_offset(text) for text in ("0", "0x200000", "2M", "4096")], [0, 2 * MIB, 2 * MIB, 4096])
        for text in ("", "0x", "0x201", "2X", "-4096"):
            with self.subTest(text=text), self.assertRaises(ValueError):
                parse_offset(text)


class BootArguments(unittest.TestCase):
    def line(self, *vms: Vm, selfcheck: bool = False, more: tuple[str, ...] = ()) -> str:
        layout = make_layout([vm.mem for vm in vms], [1] * len(vms), 2 * MIB)
        return boot_arguments(layout, list(vms), selfcheck, list(more))

    def test_one_vm(self):
        self.assertEqual(self.line(Vm("g")), "reserve=2097152 vm.mem=67108864 vm.cpus=1")
        self.assertEqual(self.line(Vm("g", 2, 4 * MIB, [0, 1], 0x200000), selfcheck=True, more=("slice=50", "x")),
                         "reserve=2097152 vm.mem=4194304 vm.cpus=2 vm.pin=0+1 vm.load=0x200000 selfcheck slice=50 x")

    def test_several_vms_have_numbers(self):
        self.assertEqual(self.line(Vm("g", pin=[1]), Vm("h", 4, 2 * MIB)),
                         "reserve=2097152 vm1.mem=67108864 vm1.cpus=1 vm1.pin=1 vm2.mem=2097152 vm2.cpus=4")

    def test_disks_are_counted_and_networks_named(self):
        self.assertEqual(self.line(Vm("g"), Vm("h", disk="a"), Vm("i", disk="b", net=True)).split()[3:],
                         ["vm2.mem=67108864", "vm2.cpus=1", "vm2.disk=0", "vm3.mem=67108864", "vm3.cpus=1",
                          "vm3.disk=1", "vm3.net"])

    def test_memory_is_whole_blocks(self):
        self.assertIn("vm.mem=4194304", self.line(Vm("g", mem=3 * MIB)))


class Ram(unittest.TestCase):
    LAYOUTS = [([memory * MIB] * vms, [image * MIB] * vms, reserved * MIB)
               for memory in (2, 64, 100, 512) for vms in (1, 2, 3, 8) for image in (1, 2, 7, 30)
               for reserved in (2, 64, 256)]

    def test_the_parts_follow_each_other(self):
        for memories, images, reserved in self.LAYOUTS:
            with self.subTest(memories=memories, images=images, reserved=reserved):
                layout = make_layout(memories, images, reserved)
                starts = [address - RAM_BASE for address in layout.image_addresses]
                self.assertEqual(starts, sorted(set(starts)))
                self.assertGreaterEqual(starts[0], HYPERVISOR_BYTES + sum(memories))
                for start, end, bytes_of_image in zip(starts, [*starts[1:], layout.reserved_offset], images):
                    self.assertGreaterEqual(end - start, bytes_of_image)
                    self.assertEqual(start % ALIGNMENT, 0)
                self.assertEqual(layout.total, layout.reserved_offset + reserved)

    def test_qemus_device_tree_is_over_no_image(self):
        for memories, images, reserved in self.LAYOUTS:
            with self.subTest(memories=memories, images=images, reserved=reserved):
                layout = make_layout(memories, images, reserved)
                half = min(layout.total // 2, DEVICE_TREE_MAX_OFFSET)
                tree = range(half // ALIGNMENT * ALIGNMENT, half // ALIGNMENT * ALIGNMENT + DEVICE_TREE_BYTES)
                first = layout.image_addresses[0] - RAM_BASE
                self.assertTrue(tree.stop <= first or layout.reserved_offset <= tree.start)


class Command(unittest.TestCase):
    def command(self, *vms: Vm, mttcg: bool = False) -> list[str]:
        layout = make_layout([vm.mem for vm in vms], [1] * len(vms), 2 * MIB)
        return qemu_command(hypervisor=Path("hyp.bin"), images=[Path(f"{vm.guest}.bin") for vm in vms], vms=list(vms),
                            layout=layout, ram_file=Path("a,b"), cpu="max", cpus=2, mttcg=mttcg, arguments="x",
                            extra=["-d", "int"])

    def test_a_module_for_each_vm(self):
        command = self.command(Vm("g", append="a,b"), Vm("h"))
        modules = [command[at + 1] for at, word in enumerate(command) if word == "-device"]
        self.assertEqual(modules, ["guest-loader,addr=0x4c000000,kernel=g.bin,bootargs=a,,b",
                                   "guest-loader,addr=0x4c200000,kernel=h.bin"])

    def test_a_ramdisk_lies_behind_its_image(self):
        image, ramdisk = support.new_folder() / "image", Path("i,1.cpio")
        image.write_bytes(bytes(ALIGNMENT + 1))
        layout = make_layout([64 * MIB] * 2, [3 * ALIGNMENT, 1], 2 * MIB)
        command = qemu_command(hypervisor=Path("hyp.bin"), images=[image, Path("h.bin")], ramdisks=[ramdisk, None],
                               vms=[Vm("linux"), Vm("h")], layout=layout, ram_file=Path("ram"), cpu="max", cpus=1,
                               mttcg=False, arguments="", extra=[])
        first = layout.image_addresses[0]
        self.assertIn(f"guest-loader,addr={first + 2 * ALIGNMENT:#x},initrd=i,,1.cpio", command)
        self.assertEqual(layout.image_addresses[1], first + 3 * ALIGNMENT)

    def test_clocks(self):
        counted, threaded = self.command(Vm("g")), self.command(Vm("g"), mttcg=True)
        self.assertEqual(counted[counted.index("-icount") + 1], "shift=0,sleep=off")
        self.assertNotIn("-accel", counted)
        self.assertEqual(threaded[threaded.index("-accel") + 1], "tcg,thread=multi")
        self.assertNotIn("-icount", threaded)

    def test_what_the_user_adds_comes_last(self):
        self.assertEqual(self.command(Vm("g"))[-2:], ["-d", "int"])


class Folders(unittest.TestCase):
    def test_the_usual_ones_keep_their_names(self):
        self.assertEqual(Options("split", "hypercall").folder().name, "split-hypercall")
        self.assertEqual(Options("split", "hypercall", cpus=4, trace="off").folder().name, "split-hypercall-off-4cpus")

    def test_what_is_not_usual_is_in_the_name(self):
        options = Options("vhe", "a/soak.bin", cpus=2, vcpus=2, pin=[0, 1], mttcg=True, trace="traps",
                          vm=[Vm("sgi", 4), Vm("uart", load=0x200000)])
        self.assertEqual(options.folder().name,
                         "vhe-soak-2vcpus-pin0+1+sgi-4vcpus+uart-load0x200000-traps-2cpus-mttcg")


if __name__ == "__main__":
    unittest.main()
