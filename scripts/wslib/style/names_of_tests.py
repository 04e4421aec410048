# SPDX-License-Identifier: Apache-2.0
"""What is a test shows in its file's name, and nothing else has such a name."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from wslib.style.finding import finding
from wslib.style.sources import files, matches, text_of


@dataclass(frozen=True)
class Kind:
    ending: str
    name: str  # what its files are called
    mark: re.Pattern  # what is in each of them, and in no other
    what: str

    def has_name(self, path: str) -> bool:
        return PurePosixPath(path).match(self.name)


KINDS = (
    Kind(".cpp", "*_test.cpp", re.compile(r"^TEST_CASE\(", re.MULTILINE), "test case of Catch2"),
    Kind(".cpp", "*_fuzzer.cpp", re.compile(r"\bLLVMFuzzerTestOneInput\("), "fuzzer"),
    Kind(".py", "test_*.py", re.compile(r"^\s+(?:def test_|setattr\(\w+, f?\"test_)", re.MULTILINE), "test of unittest"),
)


def check(root: Path) -> list[str]:
    return [found for kind in KINDS for path in files(root, kind.ending, within=("tests/",)) for found in _look(root, kind, path)]


def _look(root: Path, kind: Kind, path: str) -> list[str]:
    line = next((line for line, _ in matches(kind.mark, text_of(root, path))), None)
    if line is not None and not kind.has_name(path):
        return [finding(path, line, f"a {kind.what} in a file that is not called {kind.name}", "rename the file")]
    if line is None and kind.has_name(path):
        return [finding(path, 1, f"it is called {kind.name} and has no {kind.what}", "rename the file")]
    return []
