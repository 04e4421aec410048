# SPDX-License-Identifier: Apache-2.0
"""`ws bench --viewer`: what the viewer takes to load large traces, and to build a frame of them at any zoom."""

import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from .. import build
from ..paths import BUILD
from ..problem import Problem
from .microbenchmarks import host

_EVENTS = 10_000_000
_FRAMES = 2000
_PROGRAMS = BUILD / "release" / "tests" / "viewer"
_WSVIEW = BUILD / "release" / "viewer" / "wsview"
# What is measured: one run of each design alone, and both side by side.
_DESIGNS = {"split": 1, "vhe": 2}  # with so many CPUs


def main(*, as_json: bool) -> int:
    if not shutil.which("babeltrace2"):
        raise Problem("babeltrace2 is not installed, and it is what loading is compared with: run scripts/install")
    build.build_targets("release", ["large_trace", "frame_tour", "wsview"], sys.stderr)
    traces = {design: _trace(design, cpus) for design, cpus in _DESIGNS.items()}
    loads = {design: _load(design, trace) for design, trace in traces.items()}
    _say("2,000 frames of both, side by side")
    tour = _run("frame_tour", *traces.values(), "--frames", _FRAMES)
    figures = {"events": _EVENTS,
               "load_ratio_to_babeltrace2": max(load["ratio"] for load in loads.values()),
               "first_picture_seconds": max(load["first_picture_seconds"] for load in loads.values()),
               "bytes_an_event_loaded": max(load["bytes_an_event_loaded"] for load in loads.values()),
               "bytes_an_event": max(load["bytes_an_event"] for load in loads.values()),
               **{name: value for name, value in tour.items() if name.startswith(("frame", "most"))},
               "loads": loads, "host": host()}
    if as_json:
        print(json.dumps(figures, indent=2))
    else:
        _print(figures)
    return 0


def _trace(design: str, cpus: int) -> Path:
    """Made once: the same arguments and the same program make the same trace."""
    folder = BUILD / "viewer_bench" / f"{design}-{cpus}-{_EVENTS}"
    made = folder / "metadata"
    program = _PROGRAMS / "large_trace"
    if not made.exists() or made.stat().st_mtime < program.stat().st_mtime:
        _say(f"{_EVENTS:,} events of {design}")
        shutil.rmtree(folder, ignore_errors=True)
        _run("large_trace", folder, "--design", design, "--cpus", cpus, "--events", _EVENTS)
    return folder


def _load(design: str, trace: Path) -> dict:
    """babeltrace2 and the viewer, one after the other. The first reading brings the file into the host's memory for both."""
    for stream in trace.glob("stream_*"):
        with stream.open("rb") as file:
            while file.read(1 << 24):
                pass
    _say(f"{design} read by babeltrace2")
    others = _timed(["babeltrace2", "--output-format=dummy", str(trace)])
    _say(f"{design} loaded")
    ours = _run("frame_tour", trace, "--frames", 0)
    _say(f"{design} drawn")
    picture = _timed([str(_WSVIEW), str(trace), "--png", str(trace.with_suffix(".png"))])
    return {"first_picture_seconds": picture["seconds"], "seconds": ours["load_seconds"], "babeltrace2_seconds": others["seconds"],
            "cpu_seconds": ours["load_cpu_seconds"], "babeltrace2_cpu_seconds": others["cpu_seconds"],
            "ratio": ours["load_seconds"] / others["seconds"], "session_seconds": ours["session_seconds"],
            "bytes_an_event_loaded": ours["bytes_an_event_loaded"], "bytes_an_event": ours["bytes_an_event"],
            "trace_bytes": ours["trace_bytes"], "events": ours["events"]}


def _timed(command: list[str]) -> dict:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    seconds = time.monotonic() - begin
    if done.returncode:
        raise Problem(f"{' '.join(command)}: exit status {done.returncode}: {done.stderr.strip()}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "cpu_seconds": cpu}


def _run(program: str, *arguments: object) -> dict:
    """A program of tests/viewer, and the data that it prints."""
    command = [str(_PROGRAMS / program), *map(str, arguments)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise Problem(done.stderr.strip() or f"{' '.join(command)}: exit status {done.returncode}")
    return json.loads(done.stdout)


def _say(what: str) -> None:
    print(f"  {what}", file=sys.stderr, flush=True)


def _print(figures: dict) -> None:
    print(f"Traces of {figures['events']:,} events, loaded with all checks; babeltrace2 reads them to nowhere.")
    print()
    print(f"{'design':7}{'trace, MiB':>12}{'load, s':>10}{'babeltrace2, s':>16}{'ratio':>8}{'picture, s':>12}"
          f"{'bytes an event':>16}{'with window':>13}")
    for design, load in figures["loads"].items():
        print(f"{design:7}{load['trace_bytes'] / 2**20:>12,.0f}{load['seconds']:>10.2f}{load['babeltrace2_seconds']:>16.2f}"
              f"{load['ratio']:>8.3f}{load['first_picture_seconds']:>12.2f}"
              f"{load['bytes_an_event_loaded']:>16.1f}{load['bytes_an_event']:>13.1f}")
    print()
    print(f"{figures['frames']:,} frames of both, at any zoom; CPU time to build one, drawing apart:")
    print(f"  p50 {figures['frame_build_ms_p50']:.2f} ms   p99 {figures['frame_build_ms_p99']:.2f} ms   "
          f"most {figures['frame_build_ms_max']:.2f} ms   at most {figures['most_rectangles']:,} rectangles and "
          f"{figures['most_letters']:,} letters")
    print()
    print(f"load_ratio_to_babeltrace2 {figures['load_ratio_to_babeltrace2']:.3f}")
    print(f"frame_build_ms_p99 {figures['frame_build_ms_p99']:.2f}")
