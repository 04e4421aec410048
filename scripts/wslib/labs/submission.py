# SPDX-License-Identifier: Apache-2.0
"""The student's files of a lab, made into images: nothing else of theirs is used."""

from dataclasses import dataclass, field
from pathlib import Path

from ..paths import ROOT
from .base_build import SOURCES
from .lab_file import Lab
from .questions import ANSWERS
from .relink import DoesNotBuild, relink


@dataclass
class Submission:
    """`tree` has the sources: the student's checkout, or the grader's with their files in place."""

    lab: Lab
    tree: Path
    work: Path  # for objects and runs
    _images: dict[str, Path | DoesNotBuild] = field(default_factory=dict)

    def image(self, design: str) -> Path:
        """Built when it is first asked for. Raises DoesNotBuild."""
        if design not in self._images:
            try:
                self._images[design] = relink(design, "off", self.tree, self._changed(), self.work / f"image-{design}")
            except DoesNotBuild as error:
                self._images[design] = error
        made = self._images[design]
        if isinstance(made, DoesNotBuild):
            raise made
        return made

    def _changed(self) -> list[str]:
        """The editable files that are not as the base build had them."""
        for name in self.lab.editable:
            if not (self.tree / name).is_file():
                raise DoesNotBuild(f"{name} is not there")
        return [name for name in self.lab.editable if name != ANSWERS and (self.tree / name).read_bytes() != (SOURCES / name).read_bytes()]


def in_place(lab: Lab, work: Path) -> Submission:
    return Submission(lab, ROOT, work)
