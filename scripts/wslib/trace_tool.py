# SPDX-License-Identifier: Apache-2.0
"""wstrace, called for its data."""

import json
import subprocess

from .paths import host_program
from .problem import Problem


def ask(*arguments: object) -> dict:
    """`wstrace ARGUMENTS --json`, as data."""
    return json.loads(text(*arguments, "--json"))


def text(*arguments: object) -> str:
    """What `wstrace ARGUMENTS` prints."""
    command = [str(host_program("wstrace")), *map(str, arguments)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="surrogateescape")
    if done.returncode:
        raise Problem(done.stderr.strip() or f"{' '.join(command)}: exit status {done.returncode}")
    return done.stdout
