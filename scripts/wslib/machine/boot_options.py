# SPDX-License-Identifier: Apache-2.0
"""The hypervisor's command line, checked before QEMU starts: the rows of hyp/boot/boot_options.def and vm_options.def, which the
hypervisor's own parser has as well."""

import re
from dataclasses import dataclass

from ..paths import ROOT
from ..problem import usage_problem

_TABLE = "".join((ROOT / "hyp/boot" / table).read_text(encoding="utf-8") for table in ("boot_options.def", "vm_options.def"))
_MODULE = (ROOT / "hyp/boot/board_info.hpp").read_text(encoding="utf-8")

# Of the arguments of one guest, in bytes: the hypervisor keeps a NUL behind them.
MAX_ARGUMENTS = int(re.search(r"kMaxArguments = (\d+);", _MODULE)[1]) - 1

_ROWS = {("vm." if row.startswith("VM") else "") + name: (row.split("_")[1], rest.split(", "))
         for row, name, rest in re.findall(r"^((?:BOOT|VM)_\w+)\((\w+), (.*)\)$", _TABLE, re.MULTILINE)}

KNOWN = ", ".join(_ROWS)


@dataclass(frozen=True)
class Board:
    """What options may name."""

    cpus: int
    disks: int
    vms: int


def check_boot_options(given: list[str], board: Board) -> None:
    """What --boot was given."""
    for text in given:
        for word in filter(None, text.split(" ")):
            problem = _problem_of(word, board)
            if problem:
                raise usage_problem(f"--boot {word}: {problem}")


def check_arguments(of_guests: list[str]) -> None:
    """Each guest's, as the hypervisor gets them."""
    for number, arguments in enumerate(of_guests, 1):
        size = len(arguments.encode("utf-8", "surrogateescape"))
        if size > MAX_ARGUMENTS:
            whose = f"VM {number}'s guest" if len(of_guests) > 1 else "the guest"
            raise usage_problem(f"{whose} has arguments of {size} bytes, and at most {MAX_ARGUMENTS} fit: make --append shorter")


def _problem_of(word: str, board: Board) -> str:
    """What is wrong with one option, or ""."""
    option, equals, value = word.partition("=")
    of_one = re.match(r"vm([1-8])\.", option)
    name = "vm." + option[of_one.end():] if of_one else option
    if name not in _ROWS:
        return f"the hypervisor does not know it; it knows {KNOWN}, and vmN. for one VM's"
    if of_one and int(of_one[1]) > board.vms:
        return f"there is no VM {of_one[1]} in this run (--vm)"
    kind, rest = _ROWS[name]
    match kind:
        case "FLAG":
            return "it takes no value" if equals else ""
        case "WORD":
            return "" if value == rest[1] else f"{option}={rest[1]} is all that there is"
        case "LIST":
            return _problem_of_pins(value, board.cpus)
    number = _number(value)
    if number is None:
        return "its value must be a number, decimal or with 0x"
    least, most, step = (int(limit, 0) for limit in rest[1:])
    if not least <= number <= most or number % step:
        return f"it must be {_range(least, most, step)}"
    return _problem_of_board(name, number, board)


def _number(text: str) -> int | None:
    if not re.fullmatch(r"0x[0-9a-f]+|[0-9]+", text):
        return None
    number = int(text, 16 if text.startswith("0x") else 10)
    return number if number < 1 << 64 else None


def _range(least: int, most: int, step: int) -> str:
    words = f"from {least} to {most}" if most < (1 << 64) - 1 else f"at least {least}"
    return words if step == 1 else f"{words} and a multiple of {step}"


def _problem_of_pins(value: str, cpus: int) -> str:
    pins = [_number(pin) for pin in value.split("+")]
    if None in pins:
        return "its value must be numbers of CPUs joined by '+', such as 0+1"
    if len(pins) > 8:
        return f"it lists {len(pins)} CPUs, and at most 8 fit"
    missing = [pin for pin in pins if pin >= cpus]
    return f"the machine's CPUs are 0 to {cpus - 1} (--cpus)" if missing else ""


def _problem_of_board(name: str, number: int, board: Board) -> str:
    """What the hypervisor finds out once it knows its board."""
    if name == "reserve":
        return "how much is reserved is for --trace-memory to say"
    if name == "vm.cpus":
        return "how many vCPUs there are is for --vcpus to say"
    if name == "vmids" and 0 < number <= board.cpus:
        return f"there must be more VMIDs than CPUs, of which the machine has {board.cpus} (--cpus)"
    if name == "vm.disk" and number >= board.disks:
        return f"the board has no disk of that number; they are counted from 0, and --disk adds one (it has {board.disks})"
    return ""
