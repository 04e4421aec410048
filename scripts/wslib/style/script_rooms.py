# SPDX-License-Identifier: Apache-2.0
"""The rooms of scripts/wslib take from those before them, and what stands outside of them from none."""

import re
from pathlib import Path

from wslib.style.finding import finding
from wslib.style.sources import files, matches, text_of

FOLDER = "scripts/wslib/"
ROOMS = ("machine", "linux", "run", "bench", "labs", "command")  # from the ground up

_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+(?:\.{1,2}|wslib\.)(\w+)", re.MULTILINE)


def check(root: Path) -> list[str]:
    return [finding(path, line, f"{_name(room)} takes from {match[1]}, which is above it", "move down what both need")
            for path in files(root, ".py", within=(FOLDER,)) for room in [_room_of(path)] if room is not None
            for line, match in matches(_IMPORT, text_of(root, path)) if match[1] in ROOMS and ROOMS.index(match[1]) > room]


def _room_of(path: str) -> int | None:
    """Its number; -1 for what all rooms take, and None for a folder that is no room."""
    room, *below = path.removeprefix(FOLDER).split("/")
    return -1 if not below else ROOMS.index(room) if room in ROOMS else None


def _name(room: int) -> str:
    return ROOMS[room] if room >= 0 else "what all rooms take"
