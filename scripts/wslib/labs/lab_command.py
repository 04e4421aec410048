# SPDX-License-Identifier: Apache-2.0
"""`ws lab`: its verbs."""

import argparse
import json
import os
import sys
from pathlib import Path

from ..paths import BUILD, DESIGNS, ROOT
from ..problem import usage_problem
from . import check, looking, student
from .base_build import SOURCES, on_a_labs_branch, prepare
from .bench import Bench
from .export import export
from .grade import DID_NOT_BUILD, grade, read_marks, read_seed
from .lab_file import lab_folders, read_lab
from .lab_tree import make_tree, solution
from .questions import ANSWERS
from .relink import DoesNotBuild
from .result_formats import FORMATS
from .submission import Submission

_EPILOG = """\
for students:   list, start, status, test, hint, trace, diff, debug, answers, reset, submit
for teachers:   grade, key, export, check, prepare

The exit status of test and grade:
  0  all points       3  it does not build
  1  fewer            6  the grader broke: neither 0 points nor any
  2  wrong usage    130  interrupted
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ws lab", description="Labs: functions of the hypervisor to write, tested and graded.",
                                     epilog=_EPILOG, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False)

    one = verb("list", "the labs, with their hours, parts and points")
    one.add_argument("--json", action="store_true", help="as data")
    one.set_defaults(do=_list)

    one = verb("start", "make a lab's branch, with the functions cut out that you are to write")
    one.add_argument("number", type=int, metavar="N", help="which lab")
    one.add_argument("--seed", default="", metavar="NAME",
                     help="your name, as your teacher knows it: your guests' patterns, what is asked of you alone and your questions are made of "
                          "it; without it the lab is for practice")
    one.set_defaults(do=lambda o: student.start(read_lab(o.number), o.seed))

    one = verb("status", "how far the lab of this branch is")
    one.set_defaults(do=lambda _: student.status(student.started()))

    one = verb("test", "build what you have written, run it, and say what is to be done next")
    one.add_argument("row", nargs="?", metavar="ROW", help="only this row")
    one.add_argument("--seed", metavar="TEXT", help="other patterns than those of the start")
    one.add_argument("--watch", action="store_true", help="and again whenever a file of the lab has changed")
    one.add_argument("--json", action="store_true", help="as data")
    one.set_defaults(do=_test)

    one = verb("hint", "a hint for a row")
    one.add_argument("row", metavar="ROW", help="which row")
    one.add_argument("--level", type=int, choices=(1, 2, 3), default=1, help="how much is said (1)")
    one.set_defaults(do=lambda o: student.hint(student.started(), o.row, o.level))

    def looks(name: str, text: str) -> argparse.ArgumentParser:
        one = verb(name, text)
        one.add_argument("row", nargs="?", metavar="ROW", help="with the guest of this row (your own, which the questions are about)")
        one.add_argument("--design", choices=DESIGNS, help="which design (the row's first)")
        return one

    one = looks("trace", "run the guest on your hypervisor and on the product's, and open both traces in the viewer")
    one.add_argument("--no-window", action="store_true", help="only make the traces, and say where they are")
    one.set_defaults(do=lambda o: looking.trace(student.started(), o.row, o.design, not o.no_window))

    one = looks("diff", "the first event in which your hypervisor's trace is not as the product's")
    one.add_argument("--window", action="store_true", help="and show it in the viewer")
    one.set_defaults(do=lambda o: looking.diff(student.started(), o.row, o.design, o.window))

    one = verb("debug", "record the guest of a row on your hypervisor, and open GDB at the first event that the product does not have")
    one.add_argument("row", metavar="ROW", help="which row")
    one.set_defaults(do=lambda o: looking.debug(student.started(), o.row))

    one = verb("answers", "whether answers.toml has the form that it is to have, and what is not answered yet")
    one.set_defaults(do=lambda _: student.show_answers(student.started()))

    one = verb("reset", "take one part back to its beginning")
    one.add_argument("part", metavar="PART", help="such as 2A")
    one.set_defaults(do=lambda o: student.reset(student.started(), o.part))

    one = verb("submit", "make an archive of the files that you have written")
    one.add_argument("--out", type=Path, metavar="FILE", help="the archive; its name is to be yours, as given to start (SEED.tar.gz)")
    one.set_defaults(do=_submit)

    one = verb("grade", "grade submissions: each in the grader's own sources, with other patterns than the students saw")
    one.add_argument("archives", nargs="+", type=Path, metavar="ARCHIVE", help="what ws lab submit made; its name is the student's")
    one.add_argument("--lab", type=int, required=True, metavar="N", help="which lab")
    one.add_argument("--seed", required=True, metavar="TEXT|@FILE", help="the class's secret, or the file that has it")
    one.add_argument("--json", action="store_true", help="as data, which is the usual form")
    one.add_argument("--format", choices=tuple(FORMATS), help="the result's form (json)")
    one.add_argument("--out", type=Path, metavar="FOLDER", help="a file for each result there, by the archive's name")
    one.add_argument("--marks", type=Path, metavar="FILE", help="what you gave for answers in words: TOML with [STUDENT] and ROW = POINTS")
    one.set_defaults(do=_grade)

    one = verb("key", "the answers to a student's questions")
    one.add_argument("--lab", type=int, required=True, metavar="N", help="which lab")
    one.add_argument("--seed", required=True, metavar="TEXT", help="the student's, as given to start")
    one.add_argument("--into", type=Path, metavar="FOLDER", help="put the whole solution there, the files and the answers; a checkout, or an empty folder")
    one.set_defaults(do=_key)

    one = verb("export", "the checkout as a repository for a class, without history and without teachers' files")
    one.add_argument("folder", type=Path, metavar="FOLDER", help="where to; it must not be there, or be empty")
    one.set_defaults(do=lambda o: export(o.folder))

    one = verb("check", "prove labs: what the starter, the solution, each mutant and each forgery come to")
    one.add_argument("numbers", nargs="*", type=int, metavar="N", help="which labs")
    one.add_argument("--all", action="store_true", help="all of them")
    one.add_argument("--seed", default="check", metavar="TEXT", help="of the patterns")
    one.add_argument("--seeds", type=int, default=1, metavar="N", help="prove the solution on so many seeds (1)")
    one.add_argument("--json", action="store_true", help="as data")
    one.set_defaults(do=_check)

    one = verb("prepare", "build what the labs are made of and compared to; start, test, grade and check do so when they need it")
    one.set_defaults(do=lambda _: prepare({read_lab(number).guest for number in lab_folders()}))
    return parser


def _list(asked: argparse.Namespace) -> None:
    labs = [read_lab(number) for number in lab_folders()]
    if asked.json:
        print(json.dumps([{"lab": lab.number, "title": lab.title, "hours": lab.hours, "parts": lab.parts, "points": lab.points}
                          for lab in labs], indent=1))
        return
    for lab in labs:
        print(f"{lab.number}  {lab.title}: {lab.about}  ({lab.hours} hours, parts {', '.join(lab.parts)}, {lab.points} points)")


def _test(asked: argparse.Namespace) -> int:
    if not asked.watch:
        return student.test(student.started(), asked.row, asked.seed, asked.json)
    if asked.json or asked.seed:
        raise usage_problem("--watch is for people, and for your own seed: without --json and --seed")
    student.watch(student.started(), asked.row)
    return 0


def _grade(asked: argparse.Namespace) -> int:
    lab = read_lab(asked.lab)
    return grade(asked.archives, lab, read_seed(asked.seed), asked.format, asked.out, read_marks(asked.marks, lab))


def _submit(asked: argparse.Namespace) -> None:
    lab = student.started()
    student.submit(lab, asked.out or ROOT / f"{student.seed_of(lab) or 'nobody'}.tar.gz")


def _key(asked: argparse.Namespace) -> None:
    lab = read_lab(asked.lab)
    if not lab.has_answers and not asked.into:
        raise usage_problem(f"lab {lab.number} has no questions")
    prepare({lab.guest})
    work = BUILD / "labs" / "key"
    files = solution(lab, asked.seed, SOURCES if on_a_labs_branch() else None)  # on a lab's branch, as they were before
    if lab.has_answers:
        files[ANSWERS] = Bench(Submission(lab, make_tree(work / "tree", files), work), asked.seed).key()
    if not asked.into:
        print(files[ANSWERS], end="")
        return
    for name, text in files.items():
        file = asked.into / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        print(file)


def _check(asked: argparse.Namespace) -> int:
    if bool(asked.numbers) == asked.all:
        raise usage_problem("give the numbers of labs, or --all")
    proofs = [check.check(read_lab(number), asked.seed, asked.seeds) for number in (lab_folders() if asked.all else asked.numbers)]
    if asked.json:
        told = [proof.as_json() for proof in proofs]
        print(json.dumps(told[0] if len(told) == 1 else told, indent=1))
    else:
        print("\n".join(map(check.show, proofs)))
    sys.stdout.flush()
    return 1 if any(proof.wrong for proof in proofs) else 0


def main(arguments: list[str]) -> int:
    try:
        asked = _parser().parse_args(arguments)
    except SystemExit as told:  # argparse has said what is to be said
        return told.code
    try:
        return asked.do(asked) or 0
    except DoesNotBuild as error:  # of a verb that wants an image; test and grade tell it row by row
        print(f"ws lab: it does not build:\n{error}", file=sys.stderr)
        return DID_NOT_BUILD
