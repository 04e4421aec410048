# SPDX-License-Identifier: Apache-2.0
"""What a check says of a line, and that it could not look."""


class NotChecked(Exception):
    """What the check needs is not here; the sentence says what."""


def finding(path: str, line: int, what: str, to_do: str) -> str:
    return f"{path}:{line}: {what}: {to_do}"
