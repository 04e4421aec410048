# SPDX-License-Identifier: Apache-2.0
"""The one way in which a command says that it cannot go on."""

USAGE = 2  # the exit status of a command that was called wrongly


class Problem(Exception):
    """A sentence for the user, and the exit status that goes with it."""

    def __init__(self, message: str, status: int = 1):
        super().__init__(message)
        self.status = status


def usage_problem(message: str) -> Problem:
    return Problem(message, USAGE)
