# SPDX-License-Identifier: Apache-2.0
"""What a program says of its version, asked once for each file: QEMU's answer takes longer to come than a short guest to run."""

import contextlib
import os
import shutil

from .paths import BUILD
from .process import first_line


def program_version(program: str) -> str:
    """The first line that `program --version` prints, or "" where it cannot be run."""
    found = shutil.which(program)
    if found is None:
        return ""
    file = os.stat(found)
    kept = BUILD / "versions" / f"{found.strip('/').replace('/', '-')}-{file.st_size}-{file.st_mtime_ns}"
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return kept.read_text(encoding="utf-8")
    line = first_line([program, "--version"])
    if line:
        with contextlib.suppress(OSError):  # then it is asked again
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_name(f"{kept.name}.{os.getpid()}")
            part.write_text(line, encoding="utf-8")
            part.rename(kept)
    return line
