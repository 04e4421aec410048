# SPDX-License-Identifier: Apache-2.0
"""What GDB reads first in a session of `ws debug`: connects it to QEMU and gives it the hypervisor's commands."""

import os
import sys
from pathlib import Path

import gdb

HERE = Path(__file__).resolve().parent
# Behind GDB's own: scripts/gdb must not be taken for the module gdb.
sys.path += [str(HERE), str(HERE.parent)]

try:
    from hypdebug import start
    start()
except gdb.error as error:
    print(f"ws debug: {error}", file=sys.stderr)
    # A session without its machine is of no use, and a batch must not go on.
    gdb.execute("quit 6")
