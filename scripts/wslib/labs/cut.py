# SPDX-License-Identifier: Apache-2.0
"""A starter is the product with some functions cut out. A cut is named by the function's signature, as it stands in the source; nothing in the
sources marks it. C++ is cut from the signature's line to the first `}` at the same indent, assembly from a label to its `.size`."""

import os
import re
from dataclasses import dataclass

from ..problem import Problem


@dataclass(frozen=True)
class Cut:
    """One function of a part, and what the student finds in its place."""

    part: str  # such as 2A
    file: str  # from the repository's root
    signature: str  # C++: the beginning of the line; assembly: LABEL:
    starter: str = ""  # the body's lines; a lab with an overlay has it there

    @property
    def in_assembly(self) -> bool:
        return self.file.endswith(".S")


def cut_out(text: str, cut: Cut) -> str:
    """The file's text with the starter in place of the body."""
    begin, end = body_of(text, cut)
    return _with_panic(text[:begin] + _starter(text, begin, cut) + text[end:], cut)


def body_of(text: str, cut: Cut) -> tuple[int, int]:
    """Where the body is: behind the signature's line, up to the line that closes it."""
    found = [match for match in re.finditer(rf"^([ ]*){re.escape(cut.signature)}[^\n]*\n", text, re.MULTILINE)]
    if len(found) != 1:
        raise Problem(f"{cut.file} has {len(found)} lines that begin with `{cut.signature}`, and a part of a lab cuts one")
    signature = found[0]
    if cut.in_assembly:
        closing = rf"^    \.size {re.escape(cut.signature.rstrip(':'))},"
    else:
        closing = rf"^{signature[1]}\}}"
    end = re.compile(closing, re.MULTILINE).search(text, signature.end())
    if end is None:
        raise Problem(f"{cut.file}: nothing closes `{cut.signature}`")
    return signature.end(), end.start()


def _with_panic(text: str, cut: Cut) -> str:
    """A TODO of the hypervisor's in C++ panics, and the file may have had no use for that before."""
    last = text.rfind("\n#include \"")
    if cut.in_assembly or "panic(" not in cut.starter or "/panic.hpp\"" in text or last < 0:
        return text
    include = os.path.relpath("hyp/base/panic.hpp", os.path.dirname(cut.file))
    end = text.index("\n", last + 1)
    return f"{text[:end]}\n#include \"{include}\"{text[end:]}"


def _starter(text: str, begin: int, cut: Cut) -> str:
    if cut.in_assembly:
        return cut.starter
    line = text.rfind("\n", 0, begin - 1) + 1
    indent = re.match(r" *", text[line:])[0] + "    "
    return "".join(indent + line + "\n" if line else "\n" for line in cut.starter.splitlines())
