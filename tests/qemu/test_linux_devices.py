# SPDX-License-Identifier: Apache-2.0
"""What Linux does with its disk and its network arrives whole: file systems, a hard stop, other machines."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

import qemu_support as support
from test_linux import EVERYWHERE, execute

MIB = 1 << 20
ADDRESS_UP = "ip addr add {}/24 dev eth0; ip link set eth0 up; "


def new_disk(size: int = 64 * MIB) -> Path:
    disk = support.new_folder() / "disk"
    with disk.open("wb") as file:
        file.truncate(size)
    return disk


class FileSystem(unittest.TestCase):
    WRITE = ("set -e; mke2fs /dev/vda > /dev/null; mount -t ext4 /dev/vda /mnt; "
             "dd if=/dev/urandom of=/tmp/original bs=64k count=64 2> /dev/null; cp /tmp/original /mnt/copy; umount /mnt; "
             "fsck -fn /dev/vda > /dev/null 2>&1; md5sum < /tmp/original")
    READ = "set -e; fsck -fn /dev/vda > /dev/null 2>&1; mount -t ext4 -o ro /dev/vda /mnt; md5sum < /mnt/copy"

    def test_what_one_machine_writes_the_others_read(self):
        for design in support.DESIGNS:
            disk = new_disk()
            written = execute(design, self.WRITE, 2, more=("--disk", str(disk)))
            self.assertEqual(written.returncode, 0, written.stdout + written.stderr)
            self.assertRegex(written.stdout.decode(), r"^[0-9a-f]{32} ")
            for reader in EVERYWHERE:
                with self.subTest(writer=design, reader=reader):
                    read = execute(reader, self.READ, more=("--disk", str(disk)))
                    self.assertEqual((read.returncode, read.stdout), (0, written.stdout), read.stderr)


class HardStop(unittest.TestCase):
    """QEMU is killed while the guest writes: what the guest had flushed is there, and the file system can be mended."""

    WRITE = ("set -e; mke2fs /dev/vda > /dev/null; mount -t ext4 /dev/vda /mnt; "
             "dd if=/dev/urandom of=/mnt/kept bs=64k count=32 conv=fsync 2> /dev/null; md5sum < /mnt/kept; echo flushed; "
             "while true; do dd if=/dev/urandom of=/mnt/other bs=64k count=64 conv=fsync 2> /dev/null; rm /mnt/other; done")
    READ = "e2fsck -fy /dev/vda > /dev/null 2>&1; [ $? -lt 4 ] || exit 9; mount -t ext4 -o ro /dev/vda /mnt; md5sum < /mnt/kept"

    def test_what_was_flushed_is_there(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                disk, folder = new_disk(), support.new_folder()
                checksum = self.write_until_killed(design, disk, folder)
                read = execute("native", self.READ, more=("--disk", str(disk)))
                self.assertEqual((read.returncode, read.stdout.decode().strip()), (0, checksum), read.stderr)

    def write_until_killed(self, design: str, disk: Path, folder: Path) -> str:
        command = [sys.executable, support.WS, "run", "--design", design, "--guest", "linux", "--disk", str(disk), "--timeout",
                   "200", "--out", str(folder), "--exec", self.WRITE]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ws:
            said = self.read_until(ws, b"flushed\n")
            time.sleep(1)  # so that it is in the middle of writing more
            for qemu in self.qemus_with(disk):
                os.kill(qemu, signal.SIGKILL)
            _, complaint = ws.communicate(timeout=60)
        self.assertEqual(ws.returncode, 6, complaint)
        self.assertIn(b"QEMU", complaint)
        return said.decode().splitlines()[0]

    def read_until(self, ws: subprocess.Popen, text: bytes) -> bytes:
        said, deadline = b"", time.monotonic() + 150
        while text not in said:
            if time.monotonic() > deadline or ws.poll() is not None:
                ws.kill()
                self.fail(f"no {text!r} in {said!r}")
            if select.select([ws.stdout], [], [], 1)[0]:
                said += os.read(ws.stdout.fileno(), 65536)
        return said

    def qemus_with(self, disk: Path) -> list[int]:
        """The QEMUs that have the disk's file open."""
        found = []
        for process in Path("/proc").glob("[0-9]*/fd"):
            try:
                is_qemu = "qemu" in os.readlink(process.parent / "exe")
                if is_qemu and any(os.path.samefile(file, disk) for file in process.iterdir() if file.is_file()):
                    found.append(int(process.parent.name))
            except OSError:
                continue  # it has ended, or is somebody else's
        self.assertTrue(found, "no process has the disk open")
        return found


class Network(unittest.TestCase):
    """Two VMs at one switch."""

    BYTES = 16 * MIB

    def test_ping_and_a_long_transfer(self):
        program = support.ROOT / "build/hyp/guests/linux_apps/tcp_stream"
        server = ADDRESS_UP.format("10.0.0.1") + "tcp_stream server 5000"
        client = (ADDRESS_UP.format("10.0.0.2") + "until ping -c 1 -W 1 10.0.0.1 > /dev/null; do :; done; "
                  f"ping -c 3 10.0.0.1; tcp_stream client 10.0.0.1 5000 {self.BYTES}")

        def transfer(design: str) -> str:
            done = execute(design, server, more=("--net", "--file", str(program), "--vm",
                                                 f"guest=linux,net=on,exec={client}"))
            if done.returncode:
                raise AssertionError(f"{design}: exit status {done.returncode}: {done.stdout + done.stderr}")
            return done.stdout.decode()

        for design, said in zip(support.DESIGNS, support.at_once(transfer, [(design,) for design in support.DESIGNS])):
            with self.subTest(design=design):
                if isinstance(said, AssertionError):
                    raise said
                self.assertIn("3 packets transmitted, 3 packets received, 0% packet loss", said)
                whole = re.findall(rf'"role": "(\w+)", "operations": {self.BYTES}, "checksum": "(\w+)"', said)
                self.assertEqual({role for role, _ in whole}, {"server", "client"}, said)
                self.assertEqual(len({checksum for _, checksum in whole}), 1, said)


class Traced(unittest.TestCase):
    """Every trap and register of a boot with two vCPUs."""

    def test_a_whole_boot(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                folder = support.new_folder()
                done = execute(design, "true", 2, folder, ("--trace", "full"))
                self.assertEqual(done.returncode, 0, done.stderr)
                done = support.call(support.WSTRACE, "check", folder, "--json")
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                checked = json.loads(done.stdout)
                told = support.Run(0, "", "", folder).description["capture"]
                self.assertEqual(checked["events_discarded"], told["events_discarded"])
                self.assertGreater(checked["events"], 100_000)
                picture = folder / "view.png"
                shown = support.call(support.WSVIEW, folder, "--png", picture)
                self.assertEqual(shown.returncode, 0, shown.stderr)
                self.assertEqual(picture.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")


if __name__ == "__main__":
    unittest.main()
