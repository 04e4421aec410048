# SPDX-License-Identifier: Apache-2.0
"""A file's name is unique, so that it says alone which file is meant: in an editor's list, in GDB, in a sentence."""

import fnmatch
from collections import defaultdict
from pathlib import Path, PurePosixPath

from wslib.style.finding import finding
from wslib.style.sources import all_files

# Names that may be there more than once, and why.
ANYWHERE = {
    "CMakeLists.txt": "CMake asks for this name",
    "__init__.py": "Python asks for this name",
    "index.rst": "Sphinx asks for this name",
    "README.md": "the page of its folder",
    "main.cpp": "where a program begins; its folder says which",
    "lab.toml": "what a lab is; its folder says which",
    "handout.rst": "what its students read",
    "teacher.toml": "what its teachers alone have",
    "lab.tour": "what its runs are shown with",
}
# Files that may have the names of each other, since their folders mirror each other.
MIRRORED = {
    "hyp/world_switch/*/*": "the designs: what differs between them is what they teach",
    "tests/qemu/golden/*/*": "the same figures, for each compiler",
    "tests/viewer/reference/*/*": "the same pictures, for each version of ImGui",
}


def check(root: Path) -> list[str]:
    by_name = defaultdict(list)
    for path in all_files(root):
        name = PurePosixPath(path).name
        if name not in ANYWHERE and not _is_starter(root, path):
            by_name[name].append(path)
    return [finding(path, 1, f"{first} has this name already", "rename one of them, so that the name alone says which is meant")
            for first, *others in by_name.values() for path in others if not _mirror(first, path)]


def _is_starter(root: Path, path: str) -> bool:
    """A lab's version of a file: what it is called says which it stands for."""
    folder, _, replaced = path.partition("/starter/")
    return folder.startswith("labs/") and (root / replaced).is_file()


def _mirror(one: str, other: str) -> bool:
    return any(fnmatch.fnmatchcase(one, pattern) and fnmatch.fnmatchcase(other, pattern) for pattern in MIRRORED)
