# SPDX-License-Identifier: Apache-2.0
"""What the tests of the viewer share: the programs, traces to look at, pictures."""

import atexit
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from wslib.made_once import made_once  # noqa: E402

# The build with the sanitizers; WS_BUILD names another build's folder.
BUILD = Path(os.environ.get("WS_BUILD", ROOT / "build" / "debug")).resolve()
WSVIEW = BUILD / "viewer" / "wsview"
WSTRACE = BUILD / "viewer" / "wstrace"
SYNTHETIC_TRACE = BUILD / "tests" / "viewer" / "synthetic_trace"

_folders = Path(tempfile.mkdtemp(prefix="worldswitch-viewer-"))
atexit.register(shutil.rmtree, _folders, ignore_errors=True)
once = made_once(_folders)


def imgui() -> str:
    """The version that the viewer was built with: each lays its text out a little otherwise."""
    return subprocess.run(["pkg-config", "--modversion", "imgui"], capture_output=True, text=True).stdout.strip()


def new_folder() -> Path:
    """An empty folder that lives as long as the tests."""
    return Path(tempfile.mkdtemp(dir=_folders))


def environment(display: str | None = None) -> dict[str, str]:
    """No display but the one that is named, and no settings."""
    names = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    names["LIBGL_ALWAYS_SOFTWARE"] = "1"
    names["XDG_CONFIG_HOME"] = str(new_folder())  # nothing is remembered from another window
    if display:
        names["DISPLAY"] = display
        # The driver keeps memory to its end; what wsview itself leaks is found by the pictures, which check for it.
        names["ASAN_OPTIONS"] = "detect_leaks=0"
    return names


@once
def trace(design: str, level: str = "full", operations: int = 200) -> Path:
    """A trace of a made-up run; made once."""
    folder = new_folder() / "trace"
    subprocess.run([SYNTHETIC_TRACE, folder, "--design", design, "--level", level, "--operations", str(operations)],
                   check=True, timeout=60)
    return folder


def recorded_run(design: str) -> Path:
    """A made-up run's folder that looks as if `ws run --record` had made it. Its images are not there."""
    folder = new_folder()
    shutil.copytree(trace(design), folder / "trace")
    (folder / "recording.rr").touch()
    image = {"file": "/nonexistent/image.bin", "sha256": "0" * 64}
    described = {"options": {"design": design, "guest": "hypercall", "record": True}, "hypervisor": image,
                 "vms": [{"guest": "hypercall", "image": image}]}
    (folder / "run.json").write_text(json.dumps(described), encoding="utf-8")
    return folder


def wsview(*arguments: object, display: str | None = None) -> subprocess.CompletedProcess:
    return subprocess.run([WSVIEW, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env=environment(display), timeout=120)


def picture(*arguments: object) -> "Image":
    """What `wsview --png` draws."""
    file = new_folder() / "picture.png"
    done = wsview(*arguments, "--png", file)
    if done.returncode or done.stdout or done.stderr:
        raise AssertionError(f"wsview {arguments}: exit status {done.returncode}: {done.stdout}{done.stderr}")
    return Image.of_png(file)


def _output(*command: str, display: str | None = None) -> bytes:
    return subprocess.run(command, env=environment(display), check=True, capture_output=True, timeout=60).stdout


class Image:
    """Rows of red, green and blue bytes."""

    def __init__(self, width: int, height: int, data: bytes):
        self.width, self.height = width, height
        if len(data) != width * height * 3:
            raise ValueError(f"{len(data)} bytes are no picture of {width}x{height}")
        self.rows = [data[at:at + width * 3] for at in range(0, len(data), width * 3)]

    @staticmethod
    def of_png(file: Path) -> "Image":
        head = file.read_bytes()[:24]
        if head[:8] != b"\x89PNG\r\n\x1a\n":
            raise ValueError(f"{file} is no PNG file")
        width, height = struct.unpack(">II", head[16:24])
        return Image(width, height, _output("convert", f"png:{file}", "-depth", "8", "rgb:-"))

    @staticmethod
    def of_display(display: str, width: int, height: int) -> "Image":
        return Image(width, height, _output("import", "-window", "root", "-depth", "8", "rgb:-", display=display))

    @staticmethod
    def from_afar(file: Path) -> "Image":
        """A fourth as wide and high: what a text says is not to be read, but that there is one, and of which colour."""
        width, height = map(int, _output("convert", f"png:{file}", "-resize", "25%", "-format", "%w %h", "info:").split())
        return Image(width, height, _output("convert", f"png:{file}", "-resize", "25%", "-depth", "8", "rgb:-"))

    def part(self, x0: int, y0: int, x1: int, y1: int) -> "Image":
        return Image(x1 - x0, y1 - y0, b"".join(row[3 * x0:3 * x1] for row in self.rows[y0:y1]))

    def pixel(self, x: int, y: int) -> int:
        """0xRRGGBB"""
        return int.from_bytes(self.rows[y][3 * x:3 * x + 3], "big")

    def row_counts(self, y: int) -> dict[int, int]:
        """How often each colour is in a row."""
        counts: dict[int, int] = {}
        row = self.rows[y]
        for at in range(0, len(row), 3):
            colour = int.from_bytes(row[at:at + 3], "big")
            counts[colour] = counts.get(colour, 0) + 1
        return counts

    def share_unlike(self, other: "Image", by: int = 40) -> float:
        """The share of pixels that differ by more than so much in a colour."""
        if (self.width, self.height) != (other.width, other.height):
            return 1
        unlike = sum(any(abs(a[at + i] - b[at + i]) > by for i in range(3)) for a, b in zip(self.rows, other.rows)
                     if a != b for at in range(0, len(a), 3))
        return unlike / (self.width * self.height)

    def differing(self, other: "Image") -> int:
        """Pixels that are not the same in both."""
        return sum(a[at:at + 3] != b[at:at + 3] for a, b in zip(self.rows, other.rows) if a != b
                   for at in range(0, len(a), 3))
