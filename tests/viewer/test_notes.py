# SPDX-License-Identifier: Apache-2.0
"""`wstrace notes`: notes on events in a file beside the trace, which people edit too."""

import json
import shutil
import subprocess
import unittest

from viewer_support import BUILD, new_folder, trace

NEEDS = ("debug",)


class Notes(unittest.TestCase):
    def setUp(self):
        self.run_folder = new_folder()
        shutil.copytree(trace("split"), self.run_folder / "trace")
        self.file = self.run_folder / "notes"

    def command(self, *arguments):
        return [BUILD / "viewer" / "wstrace", "notes", self.run_folder, *map(str, arguments)]

    def notes(self, *arguments) -> subprocess.CompletedProcess:
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=60)

    def told(self) -> list:
        done = self.notes("--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [(note["event"], note["text"]) for note in json.loads(done.stdout)["notes"]]

    def assert_refused(self, done, *words):
        self.assertGreater(done.returncode, 0)
        self.assertEqual((done.stdout, len(done.stderr.splitlines())), ("", 1), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_none_at_first(self):
        self.assertEqual(self.told(), [])
        self.assertFalse(self.file.exists())

    def test_add_and_remove(self):
        self.assertEqual(self.notes("--add", 985, "why a second trap? \u2192 vhe").returncode, 0)
        self.notes("--add", 12, "  -5 of them ")
        self.assertEqual(self.told(), [(985, "why a second trap? \u2192 vhe"), (12, "-5 of them")])
        self.assertIn("985 why a second trap?", self.notes().stdout)
        self.notes("--remove", 985)
        self.assertEqual(self.told(), [(12, "-5 of them")])
        self.assertEqual(sorted(path.name for path in self.run_folder.iterdir()), ["notes", "trace"])

    def test_what_a_person_wrote_stays(self):
        self.file.write_text("# mine\n\n 7   seven  \n", encoding="utf-8")
        self.notes("--add", 8, "eight")
        self.assertEqual(self.file.read_text(encoding="utf-8"), "# mine\n\n 7   seven  \n8 eight\n")
        self.assertEqual(self.told(), [(7, "seven"), (8, "eight")])

    def test_nobodys_notes_are_lost(self):
        programs = [subprocess.Popen(self.command("--add", event, f"note {event}"), stdout=subprocess.DEVNULL) for event in range(12)]
        for program in programs:
            self.assertEqual(program.wait(60), 0)
        self.assertEqual(sorted(self.told()), [(event, f"note {event}") for event in range(12)])

    def test_corrupt_lines(self):
        for text, words in ((b"1 one\ntwo\n", ("notes:2", "number")), (b"5\n", ("notes:1", "no text")), (b"5x a\n", ("notes:1",)),
                            (b"# a\n9 \xff\n", ("notes:2", "UTF-8")), (b"9 a\x01\n", ("notes:1", "control")),
                            (b"99999999999999999999 a\n", ("notes:1",)), (b"3 " + b"a" * 5000, ("notes:1", "4096"))):
            self.file.write_bytes(text)
            self.assert_refused(self.notes(), str(self.file), *words)
            self.assert_refused(self.notes("--add", 1, "one"), str(self.file))
            self.assertEqual(self.file.read_bytes(), text)

    def test_wrong_use(self):
        self.assert_refused(self.notes("--add", 99999999, "a"), "no event 99999999")
        self.assert_refused(self.notes("--add", "x", "a"), "no event x")
        self.assert_refused(self.notes("--add", 1, " "), "no text")
        self.assert_refused(self.notes("--add", 1, "a\nb"), "one line")
        self.assert_refused(self.notes("--remove", 3), "no note of an event 3")
        self.file.mkdir()
        self.assert_refused(self.notes("--add", 1, "a"), "no file of notes")


if __name__ == "__main__":
    unittest.main()
