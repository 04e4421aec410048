# SPDX-License-Identifier: Apache-2.0
"""`wstrace compare` as a report: Markdown and HTML say what --json says, figure by figure, and nothing that a run is called can
break them."""

import json
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

from viewer_support import BUILD, ROOT, SYNTHETIC_TRACE, new_folder, trace

NEEDS = ("debug",)

NASTY = "a<b>&\"'|*_`#x"
HTML = "{http://www.w3.org/1999/xhtml}"


def compare(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([BUILD / "viewer" / "wstrace", "compare", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120)


def printed(*arguments: object) -> str:
    done = compare(*arguments)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout


def text_of(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


def cells(json_figures: dict) -> list:
    """As a report writes them: A, B, B - A."""
    def whole(value):
        return int(abs(value) + 0.5) * (1 if value >= 0 else -1)
    a, b, difference = (whole(json_figures[key]) for key in ("a", "b", "difference"))
    return [f"{a:,}", f"{b:,}", f"{difference:+,}" if difference else "0"]


def shown_parts(explanation: dict) -> list:
    return [part for part in explanation["parts"]
            if part["part"] == "residual" or any(part[unit][side] for unit in ("instructions", "cycles") for side in "ab")]


class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pairs = [(trace("split"), trace("vhe"))]
        two = []
        for design in ("vhe", "split"):
            two.append(new_folder() / NASTY)
            subprocess.run([SYNTHETIC_TRACE, two[-1], "--design", design, "--cpus", "2", "--operations", "9"], check=True, timeout=60)
        cls.pairs.append(tuple(two))

    def assert_rows(self, shown: list, expected: list) -> None:
        """Long lists, of which unittest would take minutes to make a diff."""
        for one, other in zip(shown, expected):
            self.assertEqual(one, other)
        self.assertEqual(len(shown), len(expected))

    def each(self):
        for pair in self.pairs:
            report = json.loads(printed(*pair, "--json"))
            yield pair, report, [*report["kinds"], *report["of_several_operations"]]

    def test_html_is_well_formed_and_stands_alone(self):
        for pair, report, kinds in self.each():
            html = printed(*pair, "--html")
            page = ElementTree.fromstring(html)
            names = {element.tag.removeprefix(HTML) for element in page.iter()}
            self.assertLessEqual(names, {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "div", "span", "table",
                                         "thead", "tbody", "tr", "th", "td", "ul", "li"})
            self.assertNotRegex(html, r"src=|href=|url\(|@import| on\w+=")
            self.assertIn("prefers-color-scheme: dark", html)
            self.assertIn(report["a"]["path"], text_of(page))
            self.assertEqual([text_of(heading) for heading in page.iter(HTML + "h2")][1:], [kind["kind"] for kind in kinds])

    def test_html_says_the_data(self):
        for pair, report, kinds in self.each():
            page = ElementTree.fromstring(printed(*pair, "--html"))
            rows = [[text_of(cell) for cell in row] for row in page.iter(HTML + "tr")]
            self.check_kinds(rows, report)
            falls = [row for row in rows if len(row) == 5 and row[0] not in ("", "A, whole", "B, whole")]
            expected = [[part["words"], *cells(part[unit]), ""] for kind in kinds for unit in ("instructions", "cycles")
                        for part in shown_parts(kind["explanation"])]
            self.assert_rows(falls, expected)
            for unit in ("Instructions, measured", "Cycles, modelled with the profile xgene-gicv2"):
                self.assertEqual(sum(text_of(heading) == unit for heading in page.iter(HTML + "h3")), len(kinds))
            sentences = [text_of(item) for item in page.iter(HTML + "li")]
            self.assert_rows(sentences, [sentence for kind in kinds for sentence in kind["explanation"]["sentences"]])
            self.check_causes(page, [kind["explanation"] for kind in kinds])

    def check_causes(self, page, explanations: list[dict]) -> None:
        """Each kind begins with its headline, and up to three causes in words."""
        told = {name: [text_of(item) for item in page.iter(HTML + "p") if item.get("class") == name] for name in ("headline", "cause")}
        self.assert_rows(told["headline"], [explanation["headline"] for explanation in explanations])
        causes = [cause for explanation in explanations for cause in explanation["causes"]]
        self.assertEqual(len(told["cause"]), len(causes))
        for text, cause in zip(told["cause"], causes):
            self.assertTrue(text.startswith(cause["words"]) and text.endswith(cause["why"]), text)
        self.assertTrue(any("share EL1" in cause["why"] for cause in causes), causes)

    def test_bars_have_the_colours_of_causes_and_fit(self):
        for pair, report, kinds in self.each():
            html = printed(*pair, "--html")
            colours = dict(re.findall(r"\.c-(\w+) \{ background-color: ([^;]+);", html))
            self.assertEqual((colours["fp"], colours["el1"]), ("#e69f00", "#0072b2"))
            bars = re.findall(r'class="bar c-(\w+)" style="left: ([\d.]+)%; width: ([\d.]+)%"', html)
            self.assertGreater(len(bars), 10 * len(report["kinds"]))
            for cause, left, width in bars:
                self.assertIn(cause, colours)
                self.assertLessEqual(float(left) + float(width), 100.02)
            explanation = kinds[0]["explanation"]["instructions"]
            longest = max(explanation["a"], explanation["b"])
            wholes = [float(width) for cause, left, width in bars if cause == "whole"]
            self.assertAlmostEqual(wholes[0], 100 * explanation["a"] / longest, delta=0.01)
            self.assertAlmostEqual(wholes[1], 100 * explanation["b"] / longest, delta=0.01)

    def test_markdown_says_the_data(self):
        for pair, report, kinds in self.each():
            lines = printed(*pair, "--markdown").splitlines()
            rows = [[cell.replace("\\", "") for cell in re.split(r"(?<!\\) ?\| ?", line)[1:-1]] for line in lines if line.startswith("|")]
            self.check_kinds(rows, report)
            parts = [row for row in rows if len(row) == 7 and row[0] not in ("", "**whole**", "---")]
            expected = [[part["words"], *cells(part["instructions"]), *cells(part["cycles"])]
                        for kind in kinds for part in shown_parts(kind["explanation"])]
            self.assert_rows(parts, expected)
            wholes = [row[1:] for row in rows if row[0] == "**whole**"]
            self.assertEqual(wholes, [cells(kind["explanation"]["instructions"]) + cells(kind["explanation"]["cycles"]) for kind in kinds])
            self.assertIn("modelled with the profile xgene-gicv2", " ".join(lines))
            self.assertNotIn("<", "".join(lines), "a name would be taken for HTML")

    def check_kinds(self, rows, report):
        """The table of all kinds, and the figures of each; the same rows in both forms."""
        table = [row for row in rows if len(row) == 8 and row[0] not in ("kind", "---")]
        self.assertEqual([row[0] for row in table], [kind["kind"] for kind in report["kinds"]])
        for row, kind in zip(table, report["kinds"]):
            a, b = kind["a"], kind["b"]
            counts = [a["count"], b["count"], kind["paired"], a["net"]["median"], b["net"]["median"]]
            self.assertEqual(row[1:6], [f"{count:,}" for count in counts])
            self.assertEqual(row[6], f"{kind['difference']:+,}" if kind["difference"] else "0")
            self.assertEqual(row[7], f"{kind['ratio']:.2f}")
        figures = [row for row in rows if len(row) == 4 and row[0]]
        for name, place in (("net instructions, most", "max"), ("net instructions, least", "min")):
            self.assertEqual([row[1:3] for row in figures if row[0] == name],
                             [[f"{kind[side]['net'][place]:,}" for side in "ab"] for kind in report["kinds"]])
        saved = [row[1:3] for row in figures if row[0] == "el1 registers saved"]
        self.assertEqual(saved, [[str(kind[side]["registers"].get("el1", {}).get("saved", 0)) for side in "ab"]
                                 for kind in report["kinds"] if any("el1" in kind[side]["registers"] for side in "ab")])

    def test_a_file(self):
        for form in ("--html", "--markdown"):
            file = new_folder() / "report"
            self.assertIn(str(file), printed(*self.pairs[0], form, file))
            self.assertEqual(file.read_text(encoding="utf-8"), printed(*self.pairs[0], form))

    def test_a_profile(self):
        mine = new_folder() / "mine & <yours>.profile"
        shutil.copy(ROOT / "viewer" / "profiles" / "neoverse-n1-gicv3.profile", mine)
        html = printed(*self.pairs[0], "--html", "--profile", mine)
        self.assertIn("Cycles, modelled with the profile mine & <yours>", {text_of(one) for one in ElementTree.fromstring(html).iter(HTML + "h3")})

    def test_traps_alone_are_compared_but_not_explained(self):
        for form in ("--html", "--markdown"):
            self.assertIn("Not explained: A has neither steps nor registers", printed(trace("split", "traps"), trace("vhe"), form).replace("\\", ""))

    def test_wrong_use(self):
        for arguments, word in ((("--html", "/nowhere/a.html"), "/nowhere/a.html"), (("--html", "--json"), "excludes"),
                                (("--html", "--markdown"), "excludes"), (("--markdown", new_folder()), "cannot be written")):
            done = compare(*self.pairs[0], *arguments)
            self.assertGreater(done.returncode, 0)
            self.assertEqual((done.stdout, len(done.stderr.splitlines())), ("", 1), done.stderr)
            self.assertIn(word, done.stderr)


if __name__ == "__main__":
    unittest.main()
