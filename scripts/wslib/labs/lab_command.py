# SPDX-License-Identifier: Apache-2.0
"""`ws lab`: its verbs."""

import argparse
import json
import os
import sys
from pathlib import Path

from ..paths import BUILD, ROOT
from ..problem import usage_problem
from . import check, student
from .base_build import prepare
from .grade import grade, read_seed
from .lab_file import lab_folders, read_lab
from .result_formats import FORMATS
from .rows import Bench
from .submission import in_place

_EPILOG = """\
for students:   list, start, status, test, hint, debug, reset, submit
for teachers:   grade, key, check, prepare

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
    one.add_argument("--seed", default=os.environ.get("USER", ""), metavar="TEXT",
                     help="what your guests' patterns are made of, as your teacher says (your user name)")
    one.set_defaults(do=lambda o: student.start(read_lab(o.number), o.seed))

    one = verb("status", "how far the lab of this branch is")
    one.set_defaults(do=lambda _: student.status(student.started()))

    one = verb("test", "build what you have written, run it, and say what is to be done next")
    one.add_argument("row", nargs="?", metavar="ROW", help="only this row")
    one.add_argument("--seed", metavar="TEXT", help="other patterns than those of the start")
    one.add_argument("--json", action="store_true", help="as data")
    one.set_defaults(do=lambda o: student.test(student.started(), o.row, o.seed, o.json))

    one = verb("hint", "a hint for a row")
    one.add_argument("row", metavar="ROW", help="which row")
    one.add_argument("--level", type=int, choices=(1, 2, 3), default=1, help="how much is said (1)")
    one.set_defaults(do=lambda o: student.hint(student.started(), o.row, o.level))

    one = verb("debug", "record the guest of a row on your hypervisor, and open GDB at its beginning")
    one.add_argument("row", metavar="ROW", help="which row")
    one.set_defaults(do=_debug)

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
    one.set_defaults(do=lambda o: grade(o.archives, read_lab(o.lab), read_seed(o.seed), o.format, o.out))

    one = verb("key", "the answers to a student's questions")
    one.add_argument("--lab", type=int, required=True, metavar="N", help="which lab")
    one.add_argument("--seed", required=True, metavar="TEXT", help="the student's, as given to start")
    one.set_defaults(do=_key)

    one = verb("check", "prove labs: what the starter, the solution, each mutant and each forgery come to")
    one.add_argument("numbers", nargs="*", type=int, metavar="N", help="which labs")
    one.add_argument("--all", action="store_true", help="all of them")
    one.add_argument("--seed", default="check", metavar="TEXT", help="of the patterns")
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


def _debug(asked: argparse.Namespace) -> int:
    from .row_debugger import debug_row  # no other verb needs what it takes

    return debug_row(student.started(), asked.row)


def _submit(asked: argparse.Namespace) -> None:
    lab = student.started()
    student.submit(lab, asked.out or ROOT / f"{student.seed_of(lab) or 'nobody'}.tar.gz")


def _key(asked: argparse.Namespace) -> None:
    lab = read_lab(asked.lab)
    if not lab.questions:
        raise usage_problem(f"lab {lab.number} has no questions that are answered in a file")
    prepare({lab.guest})
    print(Bench(in_place(lab, BUILD / "labs" / "key"), asked.seed).questions_form(answered=True), end="")


def _check(asked: argparse.Namespace) -> int:
    if bool(asked.numbers) == asked.all:
        raise usage_problem("give the numbers of labs, or --all")
    proofs = [check.check(read_lab(number), asked.seed) for number in (lab_folders() if asked.all else asked.numbers)]
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
    return asked.do(asked) or 0
