# SPDX-License-Identifier: Apache-2.0
"""`wstrace export --sqlite`: the tables have what the other commands tell, and a file is there in whole or not at all."""

import json
import resource
import sqlite3
import subprocess
import sys
import unittest

from viewer_support import ROOT, WSTRACE, new_folder, once, trace

sys.path.insert(0, str(ROOT / "docs"))
from sql_questions import answer, questions  # noqa: E402

NEEDS = ("debug",)


def told(verb: str, *arguments: object) -> dict:
    return json.loads(subprocess.run([WSTRACE, verb, *map(str, arguments), "--json"], capture_output=True, text=True, check=True,
                                     timeout=60).stdout)


def export(run, file, **more) -> subprocess.CompletedProcess:
    return subprocess.run([WSTRACE, "export", run, "--sqlite", file], capture_output=True, text=True, timeout=60, **more)


@once
def database(design: str, level: str = "full"):
    file = new_folder() / "run.db"
    done = export(trace(design, level), file)
    if done.returncode:
        raise AssertionError(done.stderr)
    return file


def asked(file, sql: str) -> list[tuple]:
    with sqlite3.connect(file) as connection:
        return connection.execute(sql).fetchall()


class Tables(unittest.TestCase):
    def test_operations_are_those_of_the_statistics(self):
        for design, level in (("split", "full"), ("vhe", "full"), ("split", "traps")):
            expected = {(row["name"], row["count"], row["sum"], row["min"], row["max"]) for row in told("statistics", trace(design, level))["by_kind"]}
            self.assertEqual(set(asked(database(design, level), "SELECT kind, count, total, least, most FROM kinds")), expected)

    def test_events_are_all_there_and_in_order(self):
        for design in ("split", "vhe"):
            summary = told("summary", trace(design))
            (count, first, last), = asked(database(design), "SELECT count(*), min(id), max(id) FROM events")
            self.assertEqual((count, first, last), (summary["events"], 0, summary["events"] - 1))
            self.assertEqual(asked(database(design), "SELECT count(*) FROM events a JOIN events b ON b.id = a.id + 1 WHERE b.raw < a.raw"), [(0,)])

    def test_an_event_says_what_dump_says(self):
        for kind, columns in (("trap", {"ELR_EL2": "address", "ESR_EL2": "value"}), ("eret", {"ELR_EL2": "address"}),
                              ("control_write", {"old_value": "old_value", "new_value": "value"})):
            for event in told("dump", trace("split"), "--kind", kind, "--count", 20)["events"]:
                fields = {field["name"]: field for field in event["fields"]}
                row, = asked(database("split"), f"SELECT cpu, raw, net, kind, owner, {', '.join(columns.values())} FROM events WHERE id = {event['index']}")
                self.assertEqual(row[:5], (event["cpu"], event["raw"], event["net"], kind, fields["owner"]["text"]))
                for name, value in zip(columns, row[5:]):
                    self.assertEqual(None if value is None else value % 2**64, int(fields[name]["hex"], 16) if fields[name]["hex"] else None)

    def test_steps_are_those_of_an_explanation(self):
        explained = told("explain", trace("split"), trace("vhe"), "--kind", "DABT")
        kind = explained["kind"]
        for side, design in (("a", "split"), ("b", "vhe")):
            parts = {part["part"]: part["instructions"][side] for part in explained["parts"] if part["instructions"][side]}
            found = asked(database(design), f"SELECT id FROM operations WHERE kind = '{kind}' ORDER BY id LIMIT 1 OFFSET {explained['pair'] - 1}")
            (operation,), = found
            self.assertEqual(dict(asked(database(design), f"SELECT part, sum(net) FROM steps WHERE operation = {operation} GROUP BY part")), parts)
        wrong = "SELECT id FROM operations WHERE net IS NOT (SELECT sum(net) FROM steps WHERE operation = id)"
        self.assertEqual(asked(database("split"), wrong), [])

    def test_moved_registers_are_those_of_the_comparison(self):
        kinds = {kind["kind"]: kind for kind in told("compare", trace("split"), trace("vhe"))["kinds"]}
        for kind, figures in kinds.items():
            expected = {name: (moved["saved"], moved["restored"]) for name, moved in figures["a"]["registers"].items()}
            found = asked(database("split"), f"SELECT class, saved, restored FROM moved JOIN operations ON id = operation WHERE kind = '{kind}'")
            self.assertEqual({row[0]: row[1:] for row in found}, expected, kind)

    def test_aggregate_counts_what_the_tables_have(self):
        for query, by, sql in (("trap", "class", "SELECT class, count(*) FROM events WHERE kind = 'trap' GROUP BY class"),
                               ("trap or eret", "owner", "SELECT owner, count(*) FROM events WHERE kind IN ('trap', 'eret') GROUP BY owner"),
                               ("control_write", "sysreg", "SELECT register, count(*) FROM events WHERE kind = 'control_write' GROUP BY register")):
            counted = told("aggregate", trace("split"), query, "--by", by)
            self.assertEqual({group["value"]: group["count"] for group in counted["groups"]}, dict(asked(database("split"), sql)))
            self.assertEqual(sum(group["count"] for group in counted["groups"]) + counted["without"], counted["found"])
        wrong = subprocess.run([WSTRACE, "aggregate", trace("split"), "trap", "--by", "colour"], capture_output=True, text=True, timeout=60)
        self.assertEqual((wrong.returncode, wrong.stdout), (1, ""))
        self.assertIn("no event has a field colour", wrong.stderr)

    def test_what_the_level_leaves_out_is_not_there(self):
        self.assertEqual(asked(database("split", "traps"), "SELECT count(*) FROM moved"), [(0,)])

    def test_each_question_of_the_docs_has_an_answer(self):
        self.assertEqual(len(questions()), 10)
        for words, sql in questions():
            self.assertGreater(len(answer(database("split"), sql).splitlines()), 1, words)


class Files(unittest.TestCase):
    def test_it_replaces_a_former_one_and_leaves_nothing_else(self):
        folder = new_folder()
        (folder / "run.db").write_text("former")
        self.assertEqual(export(trace("vhe"), folder / "run.db").returncode, 0)
        self.assertEqual([file.name for file in folder.iterdir()], ["run.db"])
        self.assertTrue(asked(folder / "run.db", "SELECT value FROM run WHERE name = 'design'"), "it is the former one")

    def test_what_cannot_be_written_is_told_and_leaves_what_was_there(self):
        folder = new_folder()
        (folder / "run.db").write_text("former")
        full = export(trace("vhe"), folder / "run.db", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16)))
        self.assertEqual((full.returncode, [file.name for file in folder.iterdir()], (folder / "run.db").read_text()), (1, ["run.db"], "former"))
        self.assertIn("run.db: cannot be written: ", full.stderr)
        for file, words in (("/dev/full", "is no plain file"), (folder / "nowhere" / "run.db", "cannot be written"),
                            (trace("vhe") / "stream_0", "")):
            done = export(trace("vhe"), file)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(words, done.stderr)
            self.assertIn(str(file), done.stderr)


if __name__ == "__main__":
    unittest.main()
