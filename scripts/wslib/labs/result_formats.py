# SPDX-License-Identifier: Apache-2.0
"""A result in the forms that others read: Gradescope's results.json (its documentation of autograders), and the result that GitHub Classroom's
grading reporter takes from a test runner."""

from collections.abc import Callable


def as_json(result) -> dict:
    return result.as_json()


def gradescope(result) -> dict:
    """`visibility` hides nothing of a hidden row but its patterns, which are not in its message."""
    return {
        "score": result.score,
        "output": f"Lab {result.lab.number}, {result.lab.title}",
        "tests": [{"name": f"{row.id}: {row.title}", "score": row.points, "max_score": row.max,
                   "status": "passed" if row.points >= row.max else "failed", "output": row.message,
                   "visibility": "visible"} for row in result.rows],
        "extra_data": {"tools": result.tools, "student": result.student},
    }


def classroom(result) -> dict:
    return {
        "version": 1,
        "status": "pass" if result.score >= result.lab.points else "fail",
        "max_score": result.lab.points,
        "tests": [{"name": f"{row.id}: {row.title}", "status": "pass" if row.points >= row.max else "fail", "score": row.points,
                   "message": row.message or None, "test_code": row.look or None, "filename": "", "line_no": 0} for row in result.rows],
    }


FORMATS: dict[str, Callable] = {"json": as_json, "gradescope": gradescope, "classroom": classroom}
