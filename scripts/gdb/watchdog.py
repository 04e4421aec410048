# SPDX-License-Identifier: Apache-2.0
"""Stops QEMU when a command of GDB's lets it run for too long. A process of its own: while GDB waits for the machine, its Python
waits as well.

    watchdog.py QMP-SOCKET

Reads seconds from standard input, a line for each command, and an empty line when that has ended.
"""

import json
import select
import socket
import sys


def stop(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(path)
        lines = connection.makefile("rw", encoding="utf-8")
        lines.readline()
        for command in ("qmp_capabilities", "stop"):
            lines.write(json.dumps({"execute": command}) + "\n")
            lines.flush()
            lines.readline()


def main() -> None:
    path, waited = sys.argv[1], None
    while True:
        ready, _, _ = select.select([sys.stdin.fileno()], [], [], waited)
        if not ready:
            waited = None
            try:
                stop(path)
            except OSError:
                pass  # QEMU has gone, and GDB sees that too
            continue
        line = sys.stdin.buffer.raw.readline()
        if not line:
            return
        waited = float(line) if line.strip() else None


if __name__ == "__main__":
    main()
