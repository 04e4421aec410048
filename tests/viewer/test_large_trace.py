# SPDX-License-Identifier: Apache-2.0
"""Large traces, on a small scale: what `ws bench --viewer` measures, in counts that are the same on every machine."""

import json
import subprocess
import unittest

from viewer_support import BUILD, new_folder

NEEDS = ("debug",)

_EVENTS = 200_000
_PROGRAMS = BUILD / "tests" / "viewer"


def _program(name: str, *arguments: object) -> dict:
    done = subprocess.run([_PROGRAMS / name, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=600)
    if done.returncode:
        raise AssertionError(f"{name} {arguments}: exit status {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


class LargeTraces(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.traces = {}
        for design, cpus in (("split", 1), ("vhe", 2)):
            cls.traces[design] = new_folder() / "trace"
            events = _program("large_trace", cls.traces[design], "--design", design, "--cpus", cpus, "--events", _EVENTS)
            assert events >= _EVENTS, events

    def test_generated_traces_keep_all_laws(self) -> None:
        for design, trace in self.traces.items():
            with self.subTest(design):
                done = subprocess.run([BUILD / "viewer" / "wstrace", "check", trace], capture_output=True, text=True, timeout=600)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn("all laws hold", done.stdout)

    def test_memory_of_an_event(self) -> None:
        for design, trace in self.traces.items():
            with self.subTest(design):
                loaded = _program("frame_tour", trace, "--frames", 0)
                self.assertGreaterEqual(loaded["events"], _EVENTS)
                self.assertLessEqual(loaded["heap_bytes_an_event"], 24)

    def test_a_frame_draws_a_few_thousand_rectangles_at_any_zoom(self) -> None:
        tour = _program("frame_tour", *self.traces.values(), "--frames", 120)
        self.assertEqual(tour["frames"], 120)
        self.assertGreater(tour["most_rectangles"], 500, "the tour draws next to nothing")
        # Pairs of triangles: a line and a round corner are several.
        self.assertLessEqual(tour["most_rectangles"], 8_000)
        self.assertLessEqual(tour["most_letters"], 4_000)


if __name__ == "__main__":
    unittest.main()
