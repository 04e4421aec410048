# SPDX-License-Identifier: Apache-2.0
"""Two runs of one command give the same trace, byte for byte, but for UUID and date, and the checksums over them."""

import re
import unittest
from pathlib import Path

import qemu_support as support

# hyp/trace/format/layout.hpp, PacketHeader.
HEADER_BYTES = 88
UUID = slice(4, 20)
PACKET_SIZE = slice(48, 56)
CHECKSUM = slice(84, 88)


def masked_stream(file: Path) -> bytes:
    stream = bytearray(file.read_bytes())
    at = 0
    while at < len(stream):
        size = int.from_bytes(stream[at + PACKET_SIZE.start:at + PACKET_SIZE.stop], "little") // 8
        assert size >= HEADER_BYTES, f"{file}: packet of {size} bytes at {at}"
        for part in (UUID, CHECKSUM):
            stream[at + part.start:at + part.stop] = bytes(part.stop - part.start)
        at += size
    assert at == len(stream), f"{file}: its last packet is cut"
    return bytes(stream)


def masked_metadata(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)
    text = re.sub(r"\bdate = \".*?\"", "DATE", text)
    return re.sub(r"\bmetadata_crc32 = \"0x[0-9a-f]{8}\"", "CHECKSUM", text)


class Determinism(unittest.TestCase):
    def assert_same(self, first: support.Run, second: support.Run) -> None:
        names = sorted(file.name for file in first.trace.iterdir())
        self.assertEqual(names, sorted(file.name for file in second.trace.iterdir()))
        self.assertIn("metadata", names)
        self.assertGreater(len(names), 1)
        for name in names:
            if name == "metadata":
                self.assertEqual(masked_metadata(first.trace / name), masked_metadata(second.trace / name))
            else:
                same = masked_stream(first.trace / name) == masked_stream(second.trace / name)
                self.assertTrue(same, f"{name} differs")
        self.assertEqual((first.folder / "console.log").read_bytes(), (second.folder / "console.log").read_bytes())

    def test_two_runs_are_equal(self):
        """QEMU logs in the one and not in the other: nor does being watched make a difference."""
        # What is typed comes when the host delivers it.
        cases = [case for case in support.each_run() if not support.setup(case.guest).typed]
        for case, again in zip(cases, support.at_once(self.unwatched, cases)):
            with self.subTest(case=case):
                if isinstance(again, AssertionError):
                    raise again
                self.assert_same(support.run(*case), again)

    def unwatched(self, design: str, guest: str, _level: str, cpus: int, _mttcg: bool) -> support.Run:
        how = support.setup(guest)
        return support.new_run(design, guest, "--cpus", str(cpus), "--vcpus", str(cpus if how.smp else 1),
                               append=how.append)

    def test_what_is_masked_does_differ(self):
        """Else the two runs would have one UUID, and a reader would take them for one trace."""
        first, second = support.run("split", "hypercall"), support.new_run("split", "hypercall")
        self.assertNotEqual((first.trace / "metadata").read_text(), (second.trace / "metadata").read_text())
