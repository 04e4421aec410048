# SPDX-License-Identifier: Apache-2.0
"""What the window says is what wstrace says: `wsview --text` writes all that the views of a frame say, and each figure is held to
wstrace's JSON for the same runs, operation, event or query. Operations and events are drawn at random, from a seed."""

import json
import random
import re
import subprocess
import unittest
from decimal import ROUND_HALF_UP, Decimal

from viewer_support import BUILD, ROOT, SYNTHETIC_TRACE, new_folder, once, wsview

NEEDS = ("debug",)

RANDOM = random.Random(2026)
SIZE = "3000x2000"  # nothing is cut short
# A part of an operation is called so in the strips, where there is room and where there is little.
PARTS = {name: match[1] for match in re.finditer(r'^PART\((\w+), "([^"]*)", "([^"]*)"', (ROOT / "viewer/model/operations/cost_parts.def").read_text(), re.MULTILINE)
         for name in match.groups()[1:]}


@once
def runs(cpus: int) -> tuple:
    folders = []
    for design in ("split", "vhe"):
        folder = new_folder() / "trace"
        subprocess.run([SYNTHETIC_TRACE, folder, "--design", design, "--cpus", str(cpus), "--operations", "60" if cpus == 1 else "9"],
                       check=True, timeout=60)
        folders.append(folder)
    return tuple(folders)


@once
def data(*arguments: object) -> dict:
    """The JSON of a verb."""
    done = subprocess.run([BUILD / "viewer" / "wstrace", *map(str, arguments), "--json"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@once
def said(*arguments: object) -> dict:
    """What each view says, line by line."""
    file = new_folder() / "texts"
    done = wsview(*arguments, "--size", SIZE, "--text", file)
    assert done.returncode == 0 and not done.stderr, done.stderr
    views, lines = {}, []
    for line in file.read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"\[[a-z ]+\]", line):
            lines = views.setdefault(line[1:-1], [])
        else:
            lines.append(line.removeprefix("{ ").removesuffix(" }"))
    return views


def number(text: str) -> int:
    """A figure on the screen; a dash is nothing."""
    return 0 if text == "–" else int(text.replace(",", "").replace("−", "-").replace("+", ""))


def numbers(lines: list) -> list:
    return [number(line) for line in lines]


def whole(cycles: float) -> int:
    return int(Decimal(str(cycles)).quantize(Decimal(1), ROUND_HALF_UP))


def after(lines: list, line: str) -> list:
    """What comes after the last line of this text."""
    return lines[len(lines) - lines[::-1].index(line):]


def hex_groups(value: str) -> str:
    digits = value.removeprefix("0x")
    if len(value) <= 6 or digits == value:
        return value
    first = len(digits) % 4
    return "0x" + " ".join(([digits[:first]] if first else []) + [digits[at:at + 4] for at in range(first, len(digits), 4)])


def total(figures: dict, which: str) -> int:
    return sum(moved[which] for moved in figures["registers"].values())


def some_operations(cpus: int, count: int) -> list:
    """Kinds with the number of a pair, as both programs count: those without a partner come last in these runs."""
    kinds = [kind for kind in data("compare", *runs(cpus))["kinds"] if kind["paired"]]
    chosen = [RANDOM.choice(kinds) for _ in range(count)]
    return [(kind["kind"], RANDOM.randint(1, kind["paired"])) for kind in chosen]


def some_events(cpus: int, count: int) -> list:
    """Events of A that are in an operation, or not."""
    found = data("find", runs(cpus)[0], "cpu=0")["found"]
    return [RANDOM.randrange(found) for _ in range(count)]


class Views(unittest.TestCase):
    def assert_lines(self, shown: list, expected: list) -> None:
        """Long lists, of which unittest would take minutes to make a diff."""
        for at, (one, other) in enumerate(zip(shown, expected)):
            self.assertEqual(one, other, f"line {at}, after {shown[max(0, at - 3):at]}")
        self.assertEqual(len(shown), len(expected))


class AnOperation(Views):
    def each(self, cpus=1, count=3):
        for kind, place in some_operations(cpus, count):
            yield kind, place, ("--kind", kind, "--operation", place)

    def test_why(self):
        for kind, place, chosen in self.each():
            explained = data("explain", *runs(1), "--kind", kind, "--number", place)
            lines = after(said(*runs(1), *chosen)["why"], "cycles modelled: xgene-gicv2")
            self.assertEqual(lines[0], "split")
            self.assertEqual(lines[-3], "vhe")
            for side, figures in (("a", lines[1:3]), ("b", lines[-2:])):
                self.assertEqual(numbers(figures), [explained["instructions"][side], whole(explained["cycles"][side])])
            parts = lines[3:-3]
            shown = {name: tuple(numbers(parts[at + 1:at + 3])) for at, name in enumerate(parts) if at % 3 == 0}
            expected = {part["words"]: (part["instructions"]["difference"], whole(part["cycles"]["difference"]))
                        for part in explained["parts"] if any(part[unit][side] for unit in ("instructions", "cycles") for side in "ab")}
            self.assertEqual(shown, expected)

    def test_what_if(self):
        for kind, place, chosen in self.each(count=2):
            predicted = data("explain", *runs(1), "--kind", kind, "--number", place, "--without", "fp,vgic")["what_if"]
            told = [line.removeprefix("What if: ") for line in said(*runs(1), *chosen, "--without", "fp,vgic")["why"]
                    if line.startswith("What if: ")]
            for design, side, text in zip(("split", "vhe"), "ab", told, strict=True):
                figures = re.fullmatch(rf"{design} ([\d,]+) instructions \((.*)\), ([\d,]+) cycles \((.*)\)", text)
                self.assertIsNotNone(figures, text)
                self.assertEqual((number(figures[1]), number(figures[3])),
                                 (predicted["instructions"][side], whole(predicted["cycles"][side])))

    def test_strips(self):
        for kind, place, chosen in self.each():
            explained = data("explain", *runs(1), "--kind", kind, "--number", place)
            lines = said(*runs(1), *chosen)["strips"]
            whole_ones = [number(lines[at - 1]) for at, line in enumerate(lines) if line == "instructions"]
            a, b = explained["instructions"]["a"], explained["instructions"]["b"]
            self.assertEqual(whole_ones, [a, b])
            gap = next(line for line in lines if " takes " in line)
            self.assertEqual(re.match(r"split takes ([\d,]+) more: ([\d.]+)×", gap).groups(),
                             (f"{a - b:,}", f"{a / b:.2f}" if a / b < 10 else f"{a / b:.1f}"))
            table = after(lines, "vhe")
            parts = {PARTS[name]: numbers(table[at + 1:at + 3]) for at, name in enumerate(table) if at % 3 == 0}
            expected = {part["part"]: [part["instructions"]["a"], part["instructions"]["b"]] for part in explained["parts"]}
            self.assertEqual(parts, {part: figures for part, figures in expected.items() if part in parts})
            self.assertEqual([sum(column) for column in zip(*parts.values())], [a, b])

    def test_operation_bar(self):
        for cpus in (1, 2):
            kinds = {kind["kind"]: kind for kind in data("compare", *runs(cpus))["kinds"]}
            for kind, place, chosen in self.each(cpus):
                _, name, which, told = said(*runs(cpus), *chosen)["operation bar"]
                row = kinds[kind]
                self.assertEqual(name, kind)
                self.assertEqual(which, f"{place} of {row['paired'] + row['only_a'] + row['only_b']}")
                paired, *rest = told.split(" · ")
                self.assertEqual(paired, f"paired {row['paired']} of {max(row['a']['count'], row['b']['count'])}")
                self.assertEqual("1 in vhe alone" in rest, row["only_b"] == 1)

    def test_registers(self):
        for cpus in (1, 2):
            for kind, place, chosen in self.each(cpus, count=2):
                books = data("registers", *runs(cpus), "--operation", kind, "--number", place)
                lines = said(*runs(cpus), *chosen, "--tab", "registers")["registers"]
                expected = ["Registers, one by one", "in the shown operation"]
                for design, side in (("split", "a"), ("vhe", "b")):
                    all_of_it = books[side]["total"]
                    unmatched = all_of_it["saved_not_restored"] + all_of_it["restored_not_saved"]
                    expected += [design, f"redundant: {books[side]['redundant']} of {books[side]['moves']} · unmatched: {unmatched}"]
                for a, b in zip(books["a"]["registers"], books["b"]["registers"]):
                    expected += filter(None, [a["register"], a["treatment"], a["remark"], b["treatment"], b["remark"]])
                self.assert_lines(lines, expected)

    def test_moved_by_class(self):
        for kind, place, chosen in self.each(count=2):
            books = data("registers", *runs(1), "--operation", kind, "--number", place)
            lines = after(said(*runs(1), *chosen, "--tab", "operations")["ledger"], "class")
            sums = {}
            for side in "ab":
                for one in books[side]["registers"]:
                    moved = sums.setdefault(one["class"].replace("_", " ").lower().replace("stage2", "stage 2"), {})
                    for what in ("saved", "restored", "written"):
                        moved[side + what] = moved.get(side + what, 0) + one[what]
            shown, at = {}, 0
            while lines[at] != "all":
                # X19 to X29 are of one class, but they are moved as one of two.
                name = lines[at].lower().replace("callee saved", "general")
                row = shown.setdefault(name, dict.fromkeys(sums[name], 0))
                written = any("written" in line for line in lines[at + 1:at + 3])
                keys = [side + what for side in "ab" for what in (["written"] if written else ["saved", "restored"])]
                for key, line in zip(keys, lines[at + 1:]):
                    row[key] += number(line.removesuffix(" written"))
                at += 1 + len(keys)
            self.assertEqual(shown, {name: moved for name, moved in sums.items() if name in shown})
            self.assertEqual(numbers(lines[at + 1:]), [books[side]["total"][what] for side in "ab" for what in ("saved", "restored")])

    def test_events_of_it(self):
        for kind, place, chosen in self.each(count=2):
            books = data("registers", *runs(1), "--operation", kind, "--number", place)["a"]
            first, last = books["first_event"], books["last_event"]
            events = data("dump", runs(1)[0], "--from", first, "--count", last - first + 1)["events"]
            lines = said(*runs(1), *chosen)["events"]
            self.assertIn(f"{last - first + 1} in this operation", lines)
            times = [number(line) for line in lines if re.fullmatch(r"0|\+[\d,]+", line)]
            self.assert_lines(times, [event["net"] - events[0]["net"] for event in events])


class AllOfARun(Views):
    def test_operations(self):
        for cpus in (1, 2):
            lines = after(said(*runs(cpus), "--tab", "operations")["operations"], "writes")
            expected = []
            for kind in data("compare", *runs(cpus))["kinds"]:
                both = kind["a"]["count"] and kind["b"]["count"]
                self.assertTrue(both, "these runs have the same kinds")
                difference = f"{kind['difference']:+,}".replace("-", "−") if kind["difference"] else "0"
                expected += [("difference", difference, round(kind["ratio"], 2)), kind["kind"]]
                for design, side in (("split", "a"), ("vhe", "b")):
                    figures = kind[side]
                    expected += [design, figures["count"], figures["net"]["min"], figures["net"]["median"], figures["net"]["max"],
                                 figures["exceptions"], figures["els_crossed"], total(figures, "saved"),
                                 total(figures, "restored"), figures["control_writes"]]
            self.assertEqual(len(lines), len(expected))
            for line, one in zip(lines, expected):
                if isinstance(one, tuple):
                    found = re.fullmatch(r"difference (\S+)   ratio ([\d.]+)×", line)
                    self.assertEqual((found[1], float(found[2])), one[1:])
                else:
                    self.assertEqual(line if isinstance(one, str) else number(line), one)

    def test_statistics(self):
        for cpus in (1, 2):
            figures = data("statistics", runs(cpus)[0])
            lines = said(*runs(cpus), "--tab", "statistics")["statistics"]
            expected = []
            for group, title in (("by_kind", "by kind of operation"), ("by_class", "by exception class")):
                expected.append(title)
                for row in figures[group]:
                    expected += [row["name"], *(f"{row[key]:,}" for key in ("count", "min", "median", "p99", "max", "sum"))]
            self.assert_lines(after(lines, "spread, by doubling"), expected)

    def test_costs(self):
        text = (ROOT / "viewer" / "profiles" / "xgene-gicv2.profile").read_text(encoding="utf-8")
        costs = re.findall(r"^[a-z0-9_.]+ *= *([\d.]+) *\|", text, re.MULTILINE)
        lines = said(*runs(1))["cost model"]
        shown = [line for line in lines if re.fullmatch(r"[\d.]+", line)]
        self.assert_lines(sorted(shown), sorted(costs))

    def test_in_words(self):
        """The same headline, causes and figures as wstrace's, and where in the code they are."""
        for chosen in ((), ("--kind", "DABT")):
            explained = data("explain", *runs(1), *chosen)
            text = " ".join(said(*runs(1), *chosen)["in words"])
            self.assertIn(explained["headline"], text)
            self.assertGreater(len(explained["causes"]), 1)
            for cause in explained["causes"]:
                figure = f"{cause['instructions']:+,}".replace("-", "\u2212")
                self.assertIn(f"{figure} {cause['words']} {cause['why']}", text)
            self.assertIn("hyp/world_switch/split/enter_exit.cpp: ", text)

    def test_find(self):
        operation = data("registers", *runs(1))["a"]
        queries = ["trap class=HVC64", "eret vcpu=0", "control_write register=HCR_EL2", "event=phase_begin",
                   f"pc={data('dump', runs(1)[0], '--from', operation['first_event'], '--count', 1)['events'][0]['fields'][1]['hex']}"]
        for query in queries:
            for cpus in (1, 2):
                with self.subTest(query, cpus=cpus):
                    found = data("find", runs(cpus)[0], query)
                    lines = said(*runs(cpus), "--find", query)["find"]
                    self.assertRegex(lines[0], rf"^([\d,]+ of )?{found['found']:,} events? found in split$")
                    shown = [(number(lines[at - 1]), int(line[4:])) for at, line in enumerate(lines) if re.fullmatch(r"CPU \d", line)]
                    self.assert_lines(shown, [(event["index"], event["cpu"]) for event in found["events"]])


class Notes(Views):
    """The runs here are copies of A with a file of notes; those of the other tests have none."""

    def run_with(self, notes: str):
        folder = new_folder()
        (folder / "trace").symlink_to(runs(1)[0])
        (folder / "notes").write_text(notes, encoding="utf-8")
        return folder

    def test_list(self):
        run = self.run_with("985 the second trap\n# a comment\n12 early\n985 and \u00fcber it\n99999999 nowhere\n")
        other = self.run_with("7 one of B\n")
        lines = said(run, other, "--tab", "find")["find"]
        expected = []
        for folder, name in ((run, "A split"), (other, "B split")):
            told = data("notes", folder)
            count = len(told["notes"])
            expected += [f"{count} note{'s' if count > 1 else ''} in {name}", told["file"]]
            for note in sorted(told["notes"], key=lambda note: note["event"]):
                kind = note["kind"].replace("_", " ") if note["kind"] else "no such event"
                expected += [f"{note['event']:,}", kind, note["text"]]
        self.assertEqual(lines[-len(expected):], expected)

    def test_event(self):
        run = self.run_with("985 the second trap\n985 and more\n")
        for event in (985, 986):
            lines = said(run, "--event", event)["event"]
            texts = [note["text"] for note in data("notes", run)["notes"] if note["event"] == event]
            self.assertEqual([lines[at + 1] for at, line in enumerate(lines) if line == "note"], texts)

    def test_broken_file(self):
        run = self.run_with("985 a\nb\n")
        for view in ("find", "event"):
            lines = said(run, "--event", 985, "--tab", "find")[view]
            self.assertIn(f"{run}/notes:2: ", "".join(lines))

    def test_none(self):
        self.assertFalse([line for line in said(*runs(1), "--tab", "find")["find"] if "note" in line])


class AnEvent(Views):
    def test_machine(self):
        for cpus in (1, 2):
            for event in some_events(cpus, 3):
                with self.subTest(event=event, cpus=cpus):
                    now = data("at", runs(cpus)[0], event)
                    lines = said(*runs(cpus), "--event", event, "--tab", "machine")["machine"]
                    self.assertIn(f"CPU {now['cpu']} after event {event:,}", lines[1])
                    changed = [change["register"] for change in now["changed"]]
                    self.assertRegex(lines[1], f"changed {len(changed) or 'no'} registers?$")
                    registers = {one["register"]: one for one in now["registers"]}
                    known = [name for name, one in registers.items() if one["value"] is not None]
                    unknown = [name for name in registers if name not in known]
                    order = changed + [name for name in known + unknown if name not in changed]
                    self.assertTrue(lines[2].startswith(order[0] + ": "), lines[2])
                    expected = []
                    if registers[order[0]]["value"] is not None:
                        for field in registers[order[0]]["fields"]:
                            expected += filter(None, (field[key] for key in ("bits", "name", "text", "meaning")))
                    for name in order:
                        one = registers[name]
                        value = one["value"]
                        expected += [name, one["owner"] or "not known", hex_groups(value) if value else "not known"]
                        expected += [one["certainty"]] if one["certainty"].startswith("may") else []
                    self.assert_lines(lines[3:], expected)

    def test_event(self):
        for cpus in (1, 2):
            for event in some_events(cpus, 4):
                with self.subTest(event=event, cpus=cpus):
                    (one,) = data("dump", runs(cpus)[0], "--from", event, "--count", 1)["events"]
                    lines = said(*runs(cpus), "--event", event)["event"]
                    self.assertRegex(lines[1], rf"^event {event:,} of [\d,]+ · split · CPU {one['cpu']}$")
                    for clock in ("raw", "net"):
                        self.assertEqual(number(lines[lines.index(clock) + 1]), one[clock])
                    for field in one["fields"]:
                        value = field["text"].split(" ")[0] if field["text"].startswith("0x") else field["text"]
                        shown = [lines[at + 1] for at, line in enumerate(lines[:-1]) if line == field["name"]]
                        self.assertIn(hex_groups(value), shown, field["name"])


if __name__ == "__main__":
    unittest.main()
