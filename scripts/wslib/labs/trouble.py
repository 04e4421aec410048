# SPDX-License-Identifier: Apache-2.0
"""What is the grader's own fault is nobody's points: it is said as such, with an exit status of its own."""

from ..problem import Problem

GRADER_BROKE = 6


class GraderTrouble(Problem):
    def __init__(self, message: str):
        super().__init__(f"grader problem, and no 0 points: {message}", GRADER_BROKE)
