# SPDX-License-Identifier: Apache-2.0
"""The one way in which a command says that it cannot go on."""

from collections.abc import Iterator
from contextlib import contextmanager

USAGE = 2  # the exit status of a command that was called wrongly


class Problem(Exception):
    """A sentence for the user, and the exit status that goes with it."""

    def __init__(self, message: str, status: int = 1):
        super().__init__(message)
        self.status = status


def usage_problem(message: str) -> Problem:
    return Problem(message, USAGE)


@contextmanager
def reading(what: object) -> Iterator[None]:
    """A file that somebody has named: that it cannot be read is wrong usage."""
    try:
        yield
    except OSError as error:
        raise usage_problem(f"cannot read {what}: {error.strerror}") from None
