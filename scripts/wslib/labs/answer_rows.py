# SPDX-License-Identifier: Apache-2.0
"""Rows that are answered or written by a student for themselves alone: questions about their own run, predictions, answers in words, a guest of their
own."""

from . import findings, questions
from .bench import Bench
from .lab_file import Row
from .qemu_log import SYS64, Exit
from .questions import Question
from .architecture_tables import tables
from .todo import TODO, todo

WITHIN = 0.02  # of what is measured, a prediction is right


def judge(bench: Bench, row: Row) -> tuple[str, dict]:
    """An answer of the student's, beside the one that the product's run of the student's own guest has."""
    question, given, message = _given(bench, row)
    if message:
        return message, {}
    right = bench.right_answer(question)
    if questions.same(given, right):
        return "", {}
    if isinstance(right, int) and questions.as_number(given) is None:
        return f"{given} is no number. {_asked(bench, question)}", {}
    wrong_as_told = question.mistake_words and questions.as_number(given) == right + question.mistake_offset
    return f"{given} is not right. {_asked(bench, question)}" + (f" ({question.mistake_words})" if wrong_as_told else ""), {}


def judge_prediction(bench: Bench, row: Row) -> tuple[str, dict]:
    """What the student said that their code would take, beside what it takes."""
    question, given, message = _given(bench, row)
    if message:
        return message, {}
    measured = bench.cost(bench.row(question.row)).students
    predicted = questions.as_number(given)
    evidence = {"predicted": given, "measured": round(measured, 2)}
    if predicted is not None and abs(predicted - measured) <= WITHIN * measured:
        return "", evidence
    return f"{given} was predicted, and it takes {measured:.1f}; within {WITHIN:.0%} is right", evidence


def show_written(bench: Bench, row: Row) -> tuple[str, dict]:
    """An answer in words, which a teacher reads and gives points for."""
    _, given, message = _given(bench, row)
    if message:
        return message, {}
    return "" if bench.marks.get(row.id, 0) >= row.points else "your teacher reads this answer", {"answer": given}


def _given(bench: Bench, row: Row) -> tuple[Question | None, str, str]:
    """The row's question, if it is one that a program judges; the answer; or why there is none."""
    question = next((one for one in bench.lab.questions if one.id == row.id), None)
    try:
        answers = bench.answers()
    except ValueError as error:
        return question, "", str(error)
    if answers.get("seed") != bench.seed:
        return question, "", f"these are answers to the questions of {answers.get('seed', 'nobody')!r}, and not of {bench.seed!r}"
    if not answers.get(row.id):
        ask = _asked(bench, question) if question else row.title
        return question, "", f"{TODO}{bench.lab.answers_part}: no answer yet. {ask}"
    return question, answers[row.id], ""


def _asked(bench: Bench, question: Question) -> str:
    return questions.asked(question, bench.own_run(question), bench.seed)


def judge_own_guest(bench: Bench, row: Row) -> tuple[str, dict]:
    """The exits of the student's own guest are what their seed asks for, in this order and nothing between them."""
    seen = bench.own_guest(row.guest)
    if message := todo(seen):
        return message, {}
    wanted = _wanted(bench)
    found = [_told(one) for one in seen.exits if _is_asked_for(one)]
    evidence = {"exits": found}
    for number, (one, its) in enumerate(zip(found, wanted), 1):
        if one != its:
            return f"trap {number} of your guest is {one}, and your seed asks for {its}", evidence
    if len(found) != len(wanted):
        return f"your guest has {len(found)} traps of the kinds that your seed asks for, and {len(wanted)} are asked for", evidence
    if seen.budget_spent or seen.stopped:
        return "your guest has these traps, and comes to no end", evidence
    return "", evidence


def _wanted(bench: Bench) -> list[str]:
    choices = bench.lab.twist.choices(bench.seed)
    return [_call(int(choices["source"]))] * int(choices["count"]) + [f"a read of {choices['register']}"]


def _is_asked_for(one: Exit) -> bool:
    """HVC #0 is what the guests' library calls, PSCI among it."""
    return bool(one.immediate) or one.ec == SYS64


def _told(one: Exit) -> str:
    if one.immediate:
        return _call(one.immediate)
    return f"a read of {questions.register_name(one.esr)}" if tables.syndrome(one.esr)["fields"]["Direction"] else findings.show(one)


def _call(immediate: int) -> str:
    return f"HVC #{immediate}"
