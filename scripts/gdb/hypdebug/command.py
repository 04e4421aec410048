# SPDX-License-Identifier: Apache-2.0
"""What the commands have in common: `hyp NAME [ARGUMENTS] [--json]`, an answer as data, and its text."""

import json

import gdb

from . import session


class Hyp(gdb.Command):
    """The hypervisor's commands: they know of worlds, vCPUs and the trace.

Each takes --json, and then prints data for a program."""

    def __init__(self):
        super().__init__("hyp", gdb.COMMAND_USER, prefix=True)


Hyp()


class Command(gdb.Command):
    """A subclass has a docstring, which is its help, a NAME, and the two functions below."""

    NAME = ""

    def __init__(self):
        super().__init__(f"hyp {self.NAME}", gdb.COMMAND_USER)

    def answer(self, words: list[str]) -> dict:
        raise NotImplementedError

    def text(self, told: dict) -> str:
        raise NotImplementedError

    def invoke(self, argument: str, from_tty: bool) -> None:
        words = gdb.string_to_argv(argument)
        as_json = "--json" in words
        try:
            told = self.answer([word for word in words if word != "--json"])
        except gdb.GdbError:
            raise
        except gdb.error as error:
            raise gdb.GdbError(f"hyp {self.NAME}: {session.in_words(error)}") from None
        print(json.dumps(told) if as_json else self.text(told), flush=True)

    def wrong(self, words: str) -> gdb.GdbError:
        return gdb.GdbError(f"hyp {self.NAME}: {words}")

    def number(self, text: str) -> int:
        """A number, or an expression of GDB's that has one as its value."""
        try:
            return int(text, 0)
        except ValueError:
            pass
        try:
            return int(gdb.parse_and_eval(text)) & ((1 << 64) - 1)
        except (gdb.error, ValueError) as error:
            raise self.wrong(f"{text} is no number: {error}") from None


def none_wanted(command: Command, words: list[str]) -> None:
    if words:
        raise command.wrong(f"it takes no arguments, not {' '.join(words)}")
