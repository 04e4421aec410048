#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies the project's own files of each kind for text_fuzzer to start from.

    text_seeds.py FOLDER

The kinds are in the order of text_fuzzer.cpp's kReaders.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KINDS = (
    [path.read_bytes() for path in sorted((ROOT / "viewer/profiles").glob("*.profile"))],
    [b"/* CTF 1.8 */\ntrace {\n    uuid = \"\";\n};\n\nenv {\n    tracer_name = \"worldswitch\";\n};\n"],
    [b'{"options": {"design": "vhe", "guest": "micro", "record": true}, "hypervisor": {"file": "a.bin", "sha256": "00"}, '
     b'"vms": [{"guest": "micro", "image": {"file": "b.bin", "sha256": "00"}}]}'],
    [b"0000000000001000 <f>:\n    1000:\tmrs\tx2, pmccntr_el0\n    1004:\tb.ne\t1000 <f>  // b.any\n    1008:\tbl\t1000 <f>\n"
     b"    100c:\tret\n"],
    [b"0x0000000000001000\nws::f()\n/a/../b.cpp:12 (discriminator 4)\nws::g()\n/c.cpp:?\n0x0000000000001004\n??\n??:0\n"],
    ["# what I saw\n985 the second trap: why is it there? \u2192 vhe\n\n 12\tfirst\r\n".encode()],
    [b'{"theme": "dark", "scale": 1.5, "width": 1600, "height": 1000, "tab": "why", "profile": "xgene-gicv2", "lined_up": true}'],
    [path.read_bytes() for path in sorted((ROOT / "labs/tours").glob("*.tour"))],
    [b"0000000000010000 T kvm_arch_vcpu_ioctl_run\n0000000000020000 T __kvm_nvhe___kvm_hyp_host_vector\n"
     b"0000000000020800 t __kvm_nvhe___deactivate_traps.isra.0\t[kvm]\n0000000000020900 d $d\n",
     b"0x0000000000200000 T _start\n0x0000000000265a30 t do_trap_guest_sync\r\n"],
)


def main() -> int:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for kind, texts in enumerate(KINDS):
        for number, text in enumerate(texts):
            (folder / f"{kind}_{number}").write_bytes(bytes([kind]) + text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
