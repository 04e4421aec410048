# SPDX-License-Identifier: Apache-2.0
"""Types commands as a user would, prompt and all. `commands` is set."""

import gdb
from hypdebug import prompt

for command in commands:  # noqa: F821
    print(prompt._prompt("") + command)
    print(gdb.execute(command, to_string=True), end="", flush=True)
