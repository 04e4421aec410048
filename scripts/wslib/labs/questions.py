# SPDX-License-Identifier: Apache-2.0
"""Questions of a student's own run, with answers that the grader looks up anew in QEMU's log of it, or with QEMU's gdbstub. `{k}` and `{register}` in a
question are what the seed decides. The answers stand in answers.toml, and with them those in words, which a teacher reads."""

import textwrap
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .guest_seed import derived
from .qemu_log import Exit
from .architecture_tables import tables
from .watched_run import Seen

ANSWERS = "answers.toml"
_FIRST_K = 8  # the questions are of the first so many exits of a class


@dataclass(frozen=True)
class Question:
    id: str
    points: int
    ask: str
    kind: str
    exit_class: str = ""  # such as HVC64: of which exits
    field: str = ""  # of the syndrome
    mistake_offset: int = 0  # an answer that is wrong by so much ...
    mistake_words: str = ""  # ... is told why
    look: str = ""
    register: tuple[str, ...] = ()  # one of them by seed
    design: str = "vhe"
    row: str = ""  # of a prediction: which row it is about

    @property
    def predicts(self) -> bool:
        return self.kind == "predicted"


@dataclass(frozen=True)
class Written:
    """A question that is answered in words."""

    id: str
    points: int
    ask: str
    answer: str = ""  # for the teacher


# The guest's registers when it takes the exit of an index of Seen.exits.
Look = Callable[[int], dict[str, int]]


def exits_of(question: Question, seen: Seen) -> list[tuple[int, Exit]]:
    """Those of its class, each with its index among the guest's."""
    return [(index, one) for index, one in enumerate(seen.exits)
            if one.esr is not None and (not question.exit_class or tables.syndrome(one.esr)["class"] == question.exit_class)]


def number_of(question: Question, seen: Seen, seed: str) -> int:
    """k, from 1."""
    return 1 + derived(seed, "question", question.id) % max(1, min(_FIRST_K, len(exits_of(question, seen))))


def register_of(question: Question, seed: str) -> str:
    return question.register[derived(seed, "register", question.id) % len(question.register)] if question.register else ""


def asked(question: Question, seen: Seen, seed: str) -> str:
    return question.ask.format(k=number_of(question, seen, seed), register=register_of(question, seed))


def right_answer(question: Question, seen: Seen, seed: str, look: Look) -> int | str:
    """In the run of the product's image."""
    exits = exits_of(question, seen)
    if question.kind == "all_traps":
        return seen.all_traps
    if question.kind == "count":
        return len(exits)
    if question.kind == "first_elr":
        return seen.exits[0].elr
    index, one = exits[number_of(question, seen, seed) - 1]
    match question.kind:
        case "esr": return one.esr
        case "elr": return one.elr
        case "far": return one.far
        case "field": return tables.syndrome(one.esr)["fields"][question.field]
        case "size": return 1 << tables.syndrome(one.esr)["fields"]["SAS"]
        case "register": return register_name(one.esr)
        case "register_at_exit": return look(index)[register_of(question, seed)]
        case "traps_in_split": return seen.traps_of_exits[index]
    raise ValueError(f"question {question.id}: {question.kind} is no kind")


def register_name(esr: int) -> str:
    """Of a trapped MRS or MSR."""
    fields = tables.syndrome(esr)["fields"]
    encoding = tuple(fields[name] for name in ("Op0", "Op1", "CRn", "CRm", "Op2"))
    row = tables.by_encoding().get(encoding)
    return row.name if row else FEATURE_REGISTERS.get(encoding, f"S{encoding[0]}_{encoding[1]}_C{encoding[2]}_C{encoding[3]}_{encoding[4]}")


# Feature registers that the tables do not have, for the hypervisor moves none of them (Arm ARM D13.2).
FEATURE_REGISTERS = {(3, 0, 0, 4, 0): "ID_AA64PFR0_EL1", (3, 0, 0, 5, 0): "ID_AA64DFR0_EL1", (3, 0, 0, 6, 0): "ID_AA64ISAR0_EL1",
                     (3, 0, 0, 7, 0): "ID_AA64MMFR0_EL1"}


def read_answers(file: Path) -> dict[str, str]:
    """As text, by the question's id. Raises ValueError with what is wrong with the file."""
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{ANSWERS} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{ANSWERS} is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{ANSWERS} is no TOML: {error}") from None
    return {name: str(int(value) if isinstance(value, bool) else value).strip() for name, value in told.items()}


def same(given: str, right: int | str) -> bool:
    """Numbers in any base that Python reads; a register of X as its number or with the X."""
    if isinstance(right, str):
        return given.upper() == right.upper()
    value = as_number(given)
    return value is not None and value == right


def as_number(given: str) -> int | None:
    text = given.replace(" ", "").replace(",", "").lower()
    try:
        return int(text.removeprefix("x") if text.startswith("x") else text, 0)
    except ValueError:
        return None


def form(questions: tuple[Question, ...], written: tuple[Written, ...], seens: dict[str, Seen], seed: str) -> str:
    """The file for the answers, with the questions in it."""
    lines = ["# Your answers. A number may be written in decimal or, with 0x, in hexadecimal; names stand in quotes.", f'seed = "{seed}"']
    for question in questions:
        lines += ["", *_comment(f"{asked(question, seens[question.design], seed)} ({question.points} points)"), f'{question.id} = ""']
    for one in written:
        lines += ["", *_comment(f"In your own words, for your teacher: {one.ask} ({one.points} points)"), f"{one.id} = '''", "'''"]
    return "\n".join(lines) + "\n"


def filled(form: str, answers: dict[str, int | str]) -> str:
    """The form with these answers in it."""
    for name, answer in answers.items():
        form = form.replace(f'\n{name} = ""\n', f'\n{name} = "{answer}"\n').replace(f"\n{name} = '''\n'''", f"\n{name} = '''\n{answer}\n'''")
    return form


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 100, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
