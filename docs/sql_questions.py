# SPDX-License-Identifier: Apache-2.0
"""The page on databases: each question of docs/sql_questions, asked of a run's database."""

import sqlite3
from pathlib import Path

QUESTIONS = Path(__file__).resolve().parent / "sql_questions"
COMMENT = "-- "


def questions() -> list[tuple[str, str]]:
    """Each in words and in SQL."""
    found = []
    for file in sorted(QUESTIONS.glob("*.sql")):
        _licence, words, *sql = file.read_text(encoding="utf-8").splitlines()
        found.append((words.removeprefix(COMMENT), "\n".join(sql)))
    return found


def answer(database: Path, sql: str) -> str:
    """As a table of text."""
    with sqlite3.connect(database) as connection:
        cursor = connection.execute(sql)
        rows = [[column[0] for column in cursor.description], *([*map(cell, row)] for row in cursor)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(one.ljust(width) for one, width in zip(row, widths)).rstrip() for row in rows)


def cell(value: object) -> str:
    return "NULL" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def page(database: Path) -> str:
    lines = []
    for words, sql in questions():
        lines += [words, "", ".. code-block:: sql", "", *indented(sql), "", ".. code-block:: none", "", *indented(answer(database, sql)), ""]
    return "\n".join(lines)


def indented(text: str) -> list[str]:
    return ["   " + line for line in text.splitlines()]
