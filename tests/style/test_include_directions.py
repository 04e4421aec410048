# SPDX-License-Identifier: Apache-2.0
"""Includes go as rooms.toml says: in this tree, and each thing that it forbids is found in a small one."""

import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from wslib.style import include_directions

NEEDS = ()  # nothing is built for it

ROOMS = """
["hyp/arch"]
takes = []
["the pointer"]
files = ["hyp/kernel/pointer.hpp"]
takes = ["hyp/arch"]
["hyp/trace"]
takes = ["hyp/arch", "the pointer"]
["hyp/kernel"]
takes = ["hyp/*", "the pointer"]
["viewer/model"]
takes = ["hyp/arch"]
["viewer/views"]
takes = ["viewer/model"]
"""


class IncludeDirections(unittest.TestCase):
    def found(self, texts: dict[str, str], table: str = ROOMS) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, text in texts.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return include_directions.check(root, table)

    def assert_one(self, found: list[str], *words: str) -> None:
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_this_tree(self):
        self.assertEqual(include_directions.check(ROOT), [])

    def test_downwards(self):
        self.assertEqual(self.found({"hyp/arch/types.hpp": "", "hyp/kernel/pointer.hpp": '#include "../arch/types.hpp"\n',
                                     "hyp/trace/points.hpp": '#include "../kernel/pointer.hpp"\n#include <utility>\n',
                                     "hyp/kernel/cpu.cpp": '#include "hyp/trace/points.hpp"\n#include "asm_offsets.h"\n'}), [])

    def test_against_the_table(self):
        self.assert_one(self.found({"hyp/kernel/cpu.hpp": "", "hyp/trace/points.hpp": '// points\n#include "../kernel/cpu.hpp"\n'}),
                        "hyp/trace/points.hpp:2:", "hyp/kernel/cpu.hpp", "rooms.toml")

    def test_a_room_of_files_is_another_one_than_its_folder(self):
        self.assert_one(self.found({"hyp/kernel/cpu.hpp": "", "hyp/kernel/pointer.hpp": '#include "cpu.hpp"\n'}),
                        "hyp/kernel/pointer.hpp:1: the pointer takes hyp/kernel/cpu.hpp")

    def test_the_viewer_takes_tables_alone(self):
        self.assert_one(self.found({"hyp/trace/recorder.hpp": "", "viewer/model/run.cpp": '#include "hyp/trace/recorder.hpp"\n'}),
                        "viewer/model/run.cpp:1:", "hyp/trace")

    def test_the_model_knows_no_views_and_no_window(self):
        self.assert_one(self.found({"viewer/views/axis.hpp": "", "viewer/model/run.cpp": '#include "viewer/views/axis.hpp"\n'}),
                        "viewer/model/run.cpp:1:", "viewer/views")
        for header in ("<imgui.h>", '"imgui.h"', "<GLFW/glfw3.h>"):
            with self.subTest(header):
                self.assert_one(self.found({"viewer/model/run.cpp": f"#include {header}\n"}), "it knows no window")
        self.assertEqual(self.found({"viewer/views/axis.cpp": "#include <imgui.h>\n"}), [])

    def test_a_circle_in_the_table(self):
        table = ROOMS.replace('["hyp/arch"]\ntakes = []', '["hyp/arch"]\ntakes = ["hyp/kernel"]')
        self.assert_one(self.found({}, table), "hyp/arch is to take from hyp/kernel, which does not stand above it")

    def test_a_circle_of_files_in_one_room(self):
        self.assert_one(self.found({"hyp/kernel/vm.hpp": '#include "vcpu.hpp"\n', "hyp/kernel/vcpu.hpp": '#include "thread.hpp"\n',
                                    "hyp/kernel/thread.hpp": '#include "vm.hpp"\n'}), "a circle", "hyp/kernel/thread.hpp")

    def test_a_file_in_no_room(self):
        self.assert_one(self.found({"hyp/attic/old.hpp": ""}), "hyp/attic/old.hpp:1:", "no room")

    def test_a_file_that_is_not_there(self):
        self.assert_one(self.found({"hyp/kernel/vm.hpp": '#include "vcpus.hpp"\n'}), "hyp/kernel/vm.hpp:1:", "no vcpus.hpp")

    def test_figures(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, other in (("a", "b"), ("b", "a"), ("c", "a")):
                (root / "hyp" / name).mkdir(parents=True)
                (root / "hyp" / name / "x.hpp").write_text(f'#include "../{other}/x.hpp"\n')
            text = include_directions.figures(root, lambda path: path.rpartition("/")[0])
        self.assertIn("3 rooms, 3 files", text)
        self.assertIn("1 circles of rooms; 2 includes", text)
        self.assertIn("a circle of 2 rooms with 2 files: hyp/a, hyp/b", text)


if __name__ == "__main__":
    unittest.main()
