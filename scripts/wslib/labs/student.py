# SPDX-License-Identifier: Apache-2.0
"""What a student does with a lab: start it, have it tested, ask for a hint, take a part back, hand it in."""

import io
import json
import re
import sys
import tarfile
import textwrap
import time
from pathlib import Path

from ..paths import BUILD, ROOT, shown
from ..problem import Problem, usage_problem
from . import lab_tree
from .base_build import git, lab_guest, on_a_labs_branch, prepare
from .bench import Bench
from .cut import body_of, cut_out
from .guest_seed import GuestSeed, seeded_image
from .lab_file import Lab, Row, lab_folders, read_lab
from .questions import ANSWERS, read_answers
from .rows import DOES_NOT_BUILD, FOR_THE_TEACHER, Judged, judge
from .submission import in_place

_ANSWERED = ("answer", "predicted", "written")  # kinds of rows that answers.toml is about
STATES = BUILD / "labs"  # with a file for each lab that was started: its seed, and how it was at its last test


def started() -> Lab:
    """The lab whose branch is checked out."""
    branch = git("rev-parse", "--abbrev-ref", "HEAD")
    number = branch.removeprefix("lab/")
    if not branch.startswith("lab/") or not number.isdigit() or int(number) not in lab_folders():
        raise usage_problem(f"the branch {branch} is no lab's: scripts/ws lab start N makes one, or check lab/N out")
    return read_lab(int(number))


def start(lab: Lab, seed: str) -> None:
    """A branch lab/N with the lab's functions cut out, in place, so that paths for GDB, the viewer and editors stay right. Without a seed it is for
    practice."""
    if seed and not re.fullmatch(r"[\w.-]+", seed):
        raise usage_problem(f"the seed {seed!r} is to be your name, of letters, digits, `_`, `-` and `.`: your archive will be called so (--seed NAME)")
    if on_a_labs_branch():
        raise usage_problem(f"this is the branch of a lab already: check out the one that it was started from (git checkout main), then "
                            f"scripts/ws lab start {lab.number}")
    if git("status", "--porcelain", "--untracked-files=no"):
        raise usage_problem("there are changes that are in no commit: commit them, or git stash, and start again")
    if git("branch", "--list", lab.branch):
        raise usage_problem(f"the branch {lab.branch} is there: git checkout {lab.branch} goes on with it; git branch -D {lab.branch} throws "
                            "it away")
    prepare({lab.guest})
    files = lab_tree.starter(lab)
    work = work_folder(lab)
    if lab.has_answers and seed:
        files[ANSWERS] = Bench(in_place(lab, work), seed).answers_form()
    git("checkout", "-q", "-b", lab.branch)
    for name, text in files.items():
        (ROOT / name).write_text(text, encoding="utf-8")
    git("add", *files)
    git("-c", "user.name=Worldswitch", "-c", "user.email=lab@localhost", "commit", "-q", "-m", f"Lab {lab.number}, {lab.title}: the starter")
    _keep_state(lab, {"seed": seed, "points": {}})
    print(f"Lab {lab.number}, {lab.title}. {lab.about}\n\nYou are on the branch {lab.branch}. What to write:")
    for part, what in lab.parts.items():
        print(f"  {part}  {what}")
        for file in sorted({cut.file for cut in lab.cuts if cut.part == part}):
            print(f"      {file}")
    if not seed and any(row.individual for row in lab.rows):
        print("\nThis is for practice. With --seed YOURNAME there is also what is yours alone: what your seed asks for, and questions about your own guest.")
    if seed and lab.twist:
        print(f"\nYour seed asks that {lab.twist.text(seed)}.")
    if seed and lab.has_answers:
        print(f"\nYour own guest, for the questions in {ANSWERS}: {shown(own_guest(lab, seed))}")
    print(f"\nThe handout: {shown(lab.folder / 'handout.rst')}\nscripts/ws lab test says what is to be done next.")


def work_folder(lab: Lab) -> Path:
    """For objects, runs and a student's own guest."""
    return BUILD / "labs" / f"{lab.number:02}"


def own_guest(lab: Lab, seed: str) -> Path:
    """The lab's guest with the student's patterns, which the questions are about; for scripts/ws run --guest."""
    return _guest_with(lab, Bench(in_place(lab, work_folder(lab)), seed).own_seeds()[0], lab.guest)


def guest_of_row(lab: Lab, row: Row, seed: str) -> Path:
    """The guest of a row, VM 1's."""
    return _guest_with(lab, Bench(in_place(lab, work_folder(lab)), seed).seeds(row)[0], f"{lab.guest}-{row.id}")


def _guest_with(lab: Lab, values: GuestSeed, name: str) -> Path:
    folder = work_folder(lab)
    folder.mkdir(parents=True, exist_ok=True)
    guest = seeded_image(lab_guest(lab.guest), values, folder / f"{name}.bin")
    guest.with_suffix("").write_bytes(lab_guest(lab.guest).with_suffix("").read_bytes())  # with its symbols, for GDB
    return guest


def reset(lab: Lab, part: str) -> None:
    """One part as it was at the start; the others stay."""
    if part not in lab.parts:
        raise usage_problem(f"lab {lab.number} has no part {part}: its parts are {', '.join(lab.parts)}")
    if not lab_tree.cuts_of(lab, part):
        raise usage_problem(f"{part} ({lab.parts[part]}) is none that was cut out of a file, so there is nothing to put back")
    files = {}
    for cut in lab_tree.cuts_of(lab, part):
        if lab.overlay:  # its files are written out as a whole
            files[cut.file] = lab_tree.starter(lab)[cut.file]
            continue
        text = files.get(cut.file) or (ROOT / cut.file).read_text(encoding="utf-8")
        files[cut.file] = cut_out(text, cut)
    for name, text in files.items():
        (ROOT / name).write_text(text, encoding="utf-8")
    print(f"{part} is as it was at the start, in {', '.join(sorted(files))}; what you had is in your last commit, if you made one")


def test(lab: Lab, only: str | None, other_seed: str | None, as_json: bool) -> int:
    """The public rows, the first failure first. Returns the exit status. On another seed than the student's there are no rows of the student's own."""
    prepare({lab.guest})
    if only is not None and only not in {row.id for row in lab.rows}:
        raise usage_problem(f"lab {lab.number} has no row {only}: its rows are {', '.join(row.id for row in lab.rows)}")
    state = _state(lab)
    bench = Bench(in_place(lab, work_folder(lab)), other_seed or seed_of(lab))
    all_rows = lab.rows_for("" if other_seed else seed_of(lab))
    rows = [row for row in all_rows if (row.id == only if only else not row.hidden)]
    if not rows:
        raise usage_problem(f"{only} is a row of a student's own: scripts/ws lab start {lab.number} --seed YOURNAME makes the lab with it")
    judged = []
    for row in rows:
        judged.append(judge(bench, row))
        if not as_json:
            # What fails first is explained, and the first of the student's own rows too, which depend on no other.
            before = [one for one, other in zip(judged, rows) if not row.individual or other.individual][:-1]
            _show(judged[-1], row, first=all(one.points >= one.max or one.status == FOR_THE_TEACHER for one in before))
    _keep_state(lab, {**state, "points": {**state.get("points", {}), **{one.id: one.points for one in judged}}})
    counted = [row for row in rows if row.kind != "written"]
    points, most = sum(one.points for one in judged), sum(row.points for row in counted)
    if as_json:
        print(json.dumps({"lab": lab.number, "points": points, "max": most, "rows": [one.as_json() for one in judged]}, indent=1))
    else:
        print(f"\n{points} of {most} points{'' if only else _points_that_are_not_there(lab, other_seed)}")
    if any(one.status == DOES_NOT_BUILD for one in judged):
        return 3
    return 0 if points >= most else 1


def _points_that_are_not_there(lab: Lab, other_seed: str | None) -> str:
    hidden = sum(row.points for row in lab.rows if row.hidden)
    more = [f"{hidden} more are for what is only tried when it is graded"] if hidden else []
    rest = lab.rows_for("" if other_seed else seed_of(lab))
    if words := sum(row.points for row in rest if row.kind == "written"):
        more.append(f"{words} are for answers in words, which your teacher reads")
    if others := sum(row.points for row in lab.rows) - sum(row.points for row in rest):
        more.append(f"{others} come with a seed of your own (start {lab.number} --seed YOURNAME)")
    return "".join(f"; {one}" for one in more)


def watch(lab: Lab, only: str | None) -> None:
    """Tests again whenever a file of the lab has changed, until it is interrupted."""
    seen = None
    while True:
        now = [file.stat().st_mtime_ns if (file := ROOT / name).is_file() else 0 for name in lab.editable]
        if now != seen:
            if seen is not None:
                print("\n" + time.strftime("%H:%M:%S"))
            test(lab, only, None, False)
            print("\n(waiting for a change of " + ", ".join(lab.editable) + "; Ctrl-C ends it)", flush=True)
            seen = now
        time.sleep(0.3)


def _show(one: Judged, row: Row, first: bool) -> None:
    mark = "ok" if one.points >= one.max else "words" if one.status == FOR_THE_TEACHER else "FAILS"
    print(f"  {mark:6} {one.points:3} of {one.max:3}  {one.id}: {one.title}", flush=True)
    if one.message and first:
        print("\n".join(f"         {line}" for line in one.message.splitlines()))
        if one.look:
            print(f"         to see it: {one.look}")
        if row.hints:
            print(f"         a hint: scripts/ws lab hint {one.id}")


def hint(lab: Lab, row_id: str, level: int) -> None:
    row = next((row for row in lab.rows if row.id == row_id), None)
    if row is None:
        raise usage_problem(f"lab {lab.number} has no row {row_id}: its rows are {', '.join(row.id for row in lab.rows)}")
    if not row.hints:
        raise usage_problem(f"{row_id} has no hints: {row.title}")
    for number, words in enumerate(row.hints[:level], 1):
        print(f"{number}. {words}")
    if level < len(row.hints):
        print(f"(there are {len(row.hints)}: scripts/ws lab hint {row_id} --level {level + 1})")


def submit(lab: Lab, to: Path) -> None:
    """An archive of the editable files, and nothing else."""
    files = [name for name in lab.editable if (ROOT / name).is_file()]
    with tarfile.open(to, "w:gz") as archive:
        for name in files:
            data = (ROOT / name).read_bytes()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    print(f"{shown(to)}: {', '.join(files)}")
    for words in _not_finished(lab):
        print(f"note: {words}")


def _not_finished(lab: Lab) -> list[str]:
    """What a student would not want to hand in so."""
    told = [f"part {part} is a TODO still" for part in lab.parts if _is_todo(lab, part)]
    if lab.has_answers and seed_of(lab):
        try:
            missing, wrong = _answers_state(lab, read_answers(ROOT / ANSWERS))
        except ValueError as error:
            return [*told, f"{error}: no answer counts"]
        if missing:
            told.append(f"{ANSWERS} has no answer to {', '.join(missing)}")
        told += [f"{ANSWERS}: {words}" for words in wrong]
    return told


def _answers_state(lab: Lab, answers: dict[str, str]) -> tuple[list[str], list[str]]:
    """Which questions have no answer, and what else is not in order with the form."""
    questions = [row.id for row in lab.rows if row.kind in _ANSWERED]
    wrong = [] if answers.get("seed", "") == seed_of(lab) else [f"seed is to be {seed_of(lab)!r}: the questions are that seed's"]
    wrong += [f"{name} is none of this lab's questions" for name in answers if name not in (*questions, "seed")]
    return [name for name in questions if not answers.get(name)], wrong


def show_answers(lab: Lab) -> int:
    """The form of the answers, and not whether they are right. Returns the exit status."""
    if not lab.has_answers:
        raise usage_problem(f"lab {lab.number} has no questions")
    if not seed_of(lab):
        raise usage_problem(f"without a seed there are no questions: scripts/ws lab start {lab.number} --seed YOURNAME makes the lab with them")
    try:
        answers = read_answers(ROOT / ANSWERS)
    except ValueError as error:
        raise Problem(str(error)) from None
    for row in (row for row in lab.rows if row.kind in _ANSWERED):
        given = answers.get(row.id, "")
        if given.isdecimal():
            given = f"{given} ({int(given):#x})"
        print(f"  {row.id}: {textwrap.shorten(given, 80) if given else 'no answer yet'}")
    missing, wrong = _answers_state(lab, answers)
    print("".join(f"  {words}\n" for words in wrong), end="")
    return 1 if missing or wrong else 0


def status(lab: Lab) -> None:
    points = _state(lab).get("points", {})
    seed = seed_of(lab)
    print(f"Lab {lab.number}, {lab.title}" + (f"; seed {seed}" if seed else "; without a seed, for practice"))
    if seed and lab.twist:
        print(f"  your seed asks that {lab.twist.text(seed)}")
    all_tested = all(points.get(row.id) == row.points for row in lab.rows_for(seed) if not row.hidden and row.kind not in _ANSWERED)
    for part, what in lab.parts.items():
        print(f"  part {part}: {_part_state(lab, part, all_tested)}: {what}")
    for row in lab.rows_for(seed):
        told = "when it is graded" if row.hidden else f"{points[row.id]} of {row.points}" if row.id in points else "not tested yet"
        print(f"  {row.id}: {told}")


def _part_state(lab: Lab, part: str, all_tested: bool) -> str:
    """`all_tested`: at the last test every row had its points."""
    if _is_todo(lab, part):
        return "to be written"
    return "done, by the last test" if all_tested else "begun" if lab_tree.cuts_of(lab, part) else "open"


def _is_todo(lab: Lab, part: str) -> bool:
    """Of the parts that are cut out of a file."""
    for cut in lab_tree.cuts_of(lab, part):
        try:
            text = (ROOT / cut.file).read_text(encoding="utf-8")
            begin, end = body_of(text, cut)
        except (OSError, Problem):
            continue
        if _panics(text[begin:end], part):
            return True
    return False


def _panics(body: str, part: str) -> bool:
    """Does it still say that it is to be written? In assembly the words have a label, and may stand there when nobody says them any more."""
    label = f".Ltodo_{part.lower()}"
    if f"{label}:" in body:
        return body.count(label) > 1
    return f"TODO {part}: " in body


def seed_of(lab: Lab) -> str:
    """That of its start; of a lab with questions its answers have it, too."""
    if seed := _state(lab).get("seed"):
        return seed
    try:
        return read_answers(ROOT / ANSWERS).get("seed", "") if lab.has_answers else ""
    except ValueError:
        return ""


def _state_file(lab: Lab) -> Path:
    return STATES / f"state-{lab.number:02}.json"


def _state(lab: Lab) -> dict:
    try:
        return json.loads(_state_file(lab).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _keep_state(lab: Lab, state: dict) -> None:
    file = _state_file(lab)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(state), encoding="utf-8")
    except OSError as error:
        print(f"ws lab: {shown(file)}: {error.strerror}; the next test does not know of this one", file=sys.stderr)
