#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the pages "KVM itself" and "Is the model right?" show of runs on Linux's KVM and on Xen. They are fetched, so a build of the docs does not make them anew; with a
newer kernel of Debian's the counts are others:

    tests/regenerate peers          # runs ws bench, and keeps what it and wstrace say in docs/peer_outputs
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from wslib.paths import RUNS, XEN, host_program

KEPT = ROOT / "docs" / "peer_outputs"
BENCH = RUNS / "bench"
WRITTEN = ("trap_config", "stage2")


def folder(design: str, benchmark: str = "hypercall") -> Path:
    return BENCH / f"{design}-{benchmark}-full-1"


def asked(*command: object) -> str:
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.replace(str(BENCH), "out/bench")


def wstrace(*arguments: object) -> str:
    return asked(host_program("wstrace"), *arguments)


def keep(name: str, text: str) -> None:
    KEPT.mkdir(exist_ok=True)
    (KEPT / name).write_text("\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n", encoding="utf-8")


def parts(a: str, b: str) -> str:
    """The table of `wstrace explain`, from its runs to its sum."""
    lines = wstrace("explain", folder(a), folder(b)).splitlines()
    first = next(at for at, line in enumerate(lines) if line.strip().startswith("A, instr."))
    last = next(at for at, line in enumerate(lines) if line.startswith("whole"))
    return "\n".join([*lines[:2], "", *lines[first:last + 1]])


def written() -> str:
    """Of `wstrace registers` what was written, and what it comes to."""
    lines = wstrace("registers", folder("kvm-nvhe"), folder("kvm-vhe")).splitlines()
    first = next(at for at, line in enumerate(lines) if line == WRITTEN[0])
    last = next(at for at, line in enumerate(lines) if line == "user")
    return "\n".join([next(line for line in lines if line.startswith("register")), *lines[first:last], "", *lines[-4:]])


def packages() -> str:
    """What was measured."""
    told = {design: json.loads((folder(design) / "run.json").read_text(encoding="utf-8")) for design in ("kvm-vhe", XEN)}
    lines = [told["kvm-vhe"]["packages"]["kernel"], told[XEN]["packages"]["xen"], told["kvm-vhe"]["packages"]["qemu"]]
    return "\n".join([*lines, f"CPU: {told['kvm-vhe']['options']['cpu']}"])


def from_runs() -> None:
    keep("measured-with.txt", packages())
    keep("explain-kvm.txt", parts("kvm-nvhe", "kvm-vhe"))
    keep("explain-vhe-kvm.txt", parts("kvm-vhe", "vhe"))
    keep("explain-xen.txt", parts("kvm-vhe", XEN))
    keep("written.txt", written())


def bench(*options: str) -> str:
    return asked(sys.executable, ROOT / "scripts/ws", "bench", *options)


def main() -> None:
    keep("bench.txt", bench("--peers"))
    keep("kernels.txt", bench("--kernels"))
    told = bench("--validate", "--peers")
    keep("validate.txt", told[told.index("KVM itself,"):])  # the first table is made with the docs
    from_runs()


if __name__ == "__main__":
    main()
