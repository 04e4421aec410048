#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The viewer's pictures, drawn by the viewer itself from runs that come out the same on every machine.

Those of the pages are drawn at each build of the docs, into build/docs/generated. Those that the README shows have to be in the
repository; after a change that shows in them:

    tests/regenerate pictures       # draws docs/images anew; a test holds them to what wsview draws

They show counts of one compiler, in the letters of one version of ImGui: docs/images/made_with says which.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from wslib import process
from wslib.bench import kept_counts
from wslib.paths import host_program
from wslib.run.one_run import Options

IMAGES = ROOT / "docs" / "images"
MADE_WITH = IMAGES / "made_with"
TABS = ("why", "operations", "registers", "machine", "find", "statistics", "source")
PAIR = ("split", "vhe")


def hypercall(design: str, runs: Path) -> Options:
    """What scripts/demo runs."""
    return Options(design, "hypercall", out=str(runs / f"{design}-hypercall"))


def virtual_ipi(design: str, runs: Path) -> Options:
    return Options(design, "micro", cpus=2, vcpus=2, pin=[0, 1], append="benchmark=virtual-ipi iterations=64",
                   out=str(runs / f"{design}-ipi"))


# By the picture's name: the runs, and what else wsview is told.
IN_THE_REPOSITORY = {
    "viewer": (hypercall, ()),
    "viewer_two_cpus": (virtual_ipi, ("--kind", "ICC_SGI1R")),
}
ON_THE_PAGES = {f"tab-{tab}": (hypercall, ("--tab", tab, "--size", "1300x840")) for tab in TABS} | {
    "tab-find": (hypercall, ("--find", "control_write register=HCR_EL2", "--size", "1300x840")),
    "tour": (hypercall, ("--tour", "hypercall", "--size", "1300x840")),
    "what-if": (hypercall, ("--without", "fp,vgic", "--size", "1300x840", "--theme", "dark")),
}


def draw(file: Path, folders: list, *options: str) -> None:
    subprocess.run([host_program("wsview"), *folders, *options, "--png", file], check=True)


def draw_all(pictures: dict, into: Path, runs: Path, finished) -> None:
    """`finished` makes the run of some Options if need be, and returns its folder."""
    for name, (of, options) in pictures.items():
        draw(into / f"{name}.png", [finished(of(design, runs)) for design in PAIR], *options)


def tools() -> str:
    """What the pictures depend on."""
    return f"{kept_counts.compiler()} imgui-{process.first_line(['pkg-config', '--modversion', 'imgui'])}"


def make_smaller(file: Path) -> None:
    """128 colours are enough for it."""
    subprocess.run(["convert", file, "+dither", "-colors", "128", f"PNG8:{file}"], check=True)


def main() -> int:
    import shown_output
    draw_all(IN_THE_REPOSITORY, IMAGES, shown_output.RUNS, shown_output.finished)
    for name in IN_THE_REPOSITORY:
        make_smaller(IMAGES / f"{name}.png")
    MADE_WITH.write_text(tools() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
