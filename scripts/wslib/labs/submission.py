# SPDX-License-Identifier: Apache-2.0
"""The student's files of a lab, made into images: nothing else of theirs is used."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..paths import ROOT
from .base_build import SOURCES
from .lab_file import Lab
from .confinement import Confinement
from .relink import DoesNotBuild, relink, relink_guest


@dataclass
class Submission:
    """`tree` has the sources: the student's checkout, or the grader's with their files in place."""

    lab: Lab
    tree: Path
    work: Path  # for objects and runs
    confinement: Confinement = field(default_factory=Confinement)  # of what compiles it
    _images: dict[str, Path | DoesNotBuild] = field(default_factory=dict)

    def image(self, design: str) -> Path:
        """Built when it is first asked for. Raises DoesNotBuild."""
        return self._built(f"image-{design}", lambda out: relink(design, "off", self.tree, self.changed(), out, self.confinement))

    def guest(self, name: str) -> Path:
        """The same of a guest that the student has written."""
        return self._built(f"guest-{name}", lambda out: relink_guest(name, self.tree, self.changed(), out, self.confinement))

    def _built(self, name: str, build: Callable[[Path], Path]) -> Path:
        if name not in self._images:
            try:
                self._images[name] = build(self.work / name)
            except DoesNotBuild as error:
                self._images[name] = error
        made = self._images[name]
        if isinstance(made, DoesNotBuild):
            raise made
        return made

    def changed(self) -> list[str]:
        """The editable files that are not as the base build had them."""
        for name in self.lab.sources:
            if not (self.tree / name).is_file():
                raise DoesNotBuild(f"{name} is not there")
        return [name for name in self.lab.sources if (self.tree / name).read_bytes() != (SOURCES / name).read_bytes()]


def in_place(lab: Lab, work: Path) -> Submission:
    return Submission(lab, ROOT, work)
