# SPDX-License-Identifier: Apache-2.0
"""Includes of hyp, viewer and guests go down: rooms.toml says which room may take from which, and nothing goes in a circle.

Run as a program it prints the figures, of this tree or of the one that is named.
"""

import fnmatch
import os
import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("rooms.toml")
FOLDERS = ("hyp", "viewer", "guests")
ENDINGS = (".cpp", ".hpp", ".S", ".h", ".def")
# Where the build looks besides: the designs' folders, of which each image has one.
DESIGNS = ("hyp/world_switch/split", "hyp/world_switch/el2", "hyp/world_switch/vhe")
GENERATED = {"asm_offsets.h"}
# Of the system's and others' headers, those that the model does without.
NOT_FOR = {"viewer/model": re.compile(r"imgui|implot|GLFW/|GL/")}

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)


@dataclass(frozen=True)
class Room:
    name: str
    takes: tuple[str, ...]
    files: tuple[str, ...] = ()  # none: the folder of its name

    def place(self, path: str) -> int:
        """How closely `path` is this room's; 0: it is another's."""
        if self.files:
            return 1000 if any(fnmatch.fnmatchcase(path, pattern) for pattern in self.files) else 0
        return len(self.name) if path.startswith(self.name + "/") else 0

    def may_take_from(self, other: str) -> bool:
        return other == self.name or any(
            other == name or (name.endswith("/*") and other.startswith(name[:-1])) for name in self.takes)


@dataclass(frozen=True)
class Include:
    path: str
    line: int
    text: str  # as it is written
    target: str | None  # a file of the tree; None: it is not there, or not ours

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


def rooms_of(table: str) -> list[Room]:
    return [Room(name, tuple(row["takes"]), tuple(row.get("files", ()))) for name, row in tomllib.loads(table).items()]


def room_of(path: str, rooms: Iterable[Room]) -> str | None:
    room = max(rooms, key=lambda room: room.place(path), default=None)
    return room.name if room is not None and room.place(path) else None


def sources(root: Path) -> list[str]:
    return sorted(str(Path(folder, name).relative_to(root)) for top in FOLDERS for folder, _, names in os.walk(root / top)
                  for name in names if name.endswith(ENDINGS))


def includes(root: Path, files: list[str]) -> Iterator[Include]:
    """Those with quotes, and of the others those that NOT_FOR may be about."""
    known = set(files)
    for path in files:
        text = (root / path).read_text(encoding="utf-8")
        for match in _INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            target = None
            if match[1] == '"':
                candidates = (os.path.normpath(os.path.join(folder, match[2])) for folder in (os.path.dirname(path), "", *DESIGNS))
                target = next((candidate for candidate in candidates if candidate in known), None)
            yield Include(path, line, match[1] + match[2], target)


def table_problems(rooms: list[Room]) -> list[str]:
    """A room takes from rooms above it: else there could be a circle."""
    found, above = [], set()
    for room in rooms:
        for name in room.takes:
            if not any(name == other or (name.endswith("/*") and other.startswith(name[:-1])) for other in above):
                found.append(f"{TABLE.name}: {room.name} is to take from {name}, which does not stand above it: "
                             "move what both need down, into a room above both")
        above.add(room.name)
    return found


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Groups of more than one that reach each other (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(edges.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = stack[stack.index(node):]
            del stack[stack.index(node):]
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found


def check(root: Path, table: str | None = None) -> list[str]:
    rooms = rooms_of(TABLE.read_text(encoding="utf-8") if table is None else table)
    by_name = {room.name: room for room in rooms}
    files = sources(root)
    own = {path: room_of(path, rooms) for path in files}
    found = table_problems(rooms)
    found += [f"{path}:1: in no room: {TABLE.name} says which folders are rooms" for path in files if own[path] is None]
    between: dict[str, set[str]] = defaultdict(set)
    for include in includes(root, files):
        room = own[include.path]
        if room is None:
            continue
        if include.target is None:
            found += _strangers(include, room)
            continue
        between[include.path].add(include.target)
        other = own[include.target]
        if other is not None and not by_name[room].may_take_from(other):
            found.append(f"{include.place}: {room} takes {include.target} from {other}: {TABLE.name} does not let it; what both "
                         "need belongs further down")
    found += [f"{group[0]}:1: includes go in a circle: {', '.join(group)}" for group in circles(between)]
    return found


def _strangers(include: Include, room: str) -> list[str]:
    mark, name = include.text[0], include.text[1:]
    if any(room.startswith(where) and pattern.match(name) for where, pattern in NOT_FOR.items()):
        return [f"{include.place}: {room} takes {name}: it knows no window"]
    if mark == '"' and name not in GENERATED and not _of_library(name):
        return [f"{include.place}: there is no {name}"]
    return []


def _of_library(name: str) -> bool:
    return name.startswith(("imgui", "implot"))


def figures(root: Path, room: Callable[[str], str | None]) -> str:
    """Rooms as `room` cuts them."""
    files = sources(root)
    sizes = Counter(filter(None, map(room, files)))
    edges: dict[str, set[str]] = defaultdict(set)
    count: Counter = Counter()
    for include in includes(root, files):
        ends = room(include.path), include.target and room(include.target)
        if all(ends) and ends[0] != ends[1]:
            edges[ends[0]].add(ends[1])
            count[ends] += 1
    groups = circles(edges)
    inside = sum(number for (one, other), number in count.items() for group in groups if one in group and other in group)
    largest, most = sizes.most_common(1)[0]
    lines = [f"{len(sizes)} rooms, {sum(sizes.values())} files; the largest is {largest} with {most}",
             f"{sum(map(len, edges.values()))} pairs of rooms and {sum(count.values())} includes between rooms",
             f"{len(groups)} circles of rooms; {inside} includes go between rooms of one circle"]
    lines += [f"  a circle of {len(group)} rooms with {sum(sizes[name] for name in group)} files: {', '.join(group)}" for group in groups]
    return "\n".join(lines)


def main() -> None:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[3]
    rooms = rooms_of(TABLE.read_text(encoding="utf-8"))
    for name, room in (("folders", os.path.dirname), ("rooms of rooms.toml", lambda path: room_of(path, rooms))):
        print(f"{name}: {figures(root, room)}")
    found = check(root)
    print(f"{len(found)} findings")
    print("\n".join(found))


if __name__ == "__main__":
    main()
