# SPDX-License-Identifier: Apache-2.0
"""ws demo, which scripts/demo calls once Python is there: build, two runs, the comparison, the picture."""

import argparse
import os
import subprocess
from pathlib import Path

from .. import build
from ..paths import RUNS, host_program, shown
from ..problem import Problem
from ..run.one_run import Options, finished_run, run

GUEST = "hypercall"
DESIGNS = ("split", "vhe")  # the two that are furthest apart
TOUR = "hypercall"  # through these two
PICTURE = RUNS / "demo.png"


def add_arguments(one: argparse.ArgumentParser) -> None:
    one.set_defaults(do=lambda _: main())


def main() -> int:
    runs = [Options(design=design, guest=GUEST) for design in DESIGNS]
    build.build_these({"release": ["wstrace", "wsview"], "hyp": sorted({target for options in runs for target in options.targets})})
    folders = []
    for number, options in enumerate(runs, 1):
        step = f"[run {number}/{len(DESIGNS)}] guest {GUEST} on {options.design}"
        folders.append(options.folder())
        if finished_run(options):
            print(f"{step}: already there, in {shown(options.folder())}", flush=True)
            continue
        print(f"{step}, every register recorded ...", flush=True)
        result = run(options, show_console_on=1)
        if result.status:
            raise Problem(f"{GUEST} on {options.design}: {result.words}; see {shown(result.folder)}", result.status)
    traces = [str(folder / "trace") for folder in folders]

    print("\nThe same operations on both designs (scripts/ws trace compare):\n", flush=True)
    if subprocess.run([host_program("wstrace"), "compare", *traces]).returncode:
        raise Problem("wstrace compare failed")
    print(flush=True)
    return show(traces)


def show(traces: list[str]) -> int:
    viewer = str(host_program("wsview"))
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        print("Opening the viewer on both traces; close its window to end. The key U begins a tour through them.", flush=True)
        if subprocess.run([viewer, *traces]).returncode == 0:
            return 0
        print("The window did not open; the viewer draws a picture instead.", flush=True)
    if subprocess.run([viewer, "--png", str(PICTURE), *traces]).returncode:
        raise Problem("wsview could not draw the picture")
    print(f"The viewer drew a picture: {shown(PICTURE)}")
    print(f"With a display, and a tour through both: scripts/ws view {' '.join(map(shown, map(Path, traces)))} --tour {TOUR}")
    return 0
