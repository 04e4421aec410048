# SPDX-License-Identifier: Apache-2.0
"""The guest's console: kept in a file, and shown while it comes."""

import os
import threading
from pathlib import Path
from typing import BinaryIO


class Console:
    """Copies from QEMU's output in a thread of its own, so that QEMU never waits."""

    def __init__(self, source: BinaryIO, log: Path, shown_on: int | None):
        self._source = source
        self._log = log
        self._shown_on = shown_on
        self._thread = threading.Thread(target=self._copy, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        self._thread.join()

    def _copy(self) -> None:
        with self._log.open("wb", buffering=0) as log:
            while chunk := os.read(self._source.fileno(), 65536):
                log.write(chunk)
                self._show(chunk)

    def _show(self, chunk: bytes) -> None:
        try:
            while self._shown_on is not None and chunk:
                chunk = chunk[os.write(self._shown_on, chunk):]
        except OSError:
            self._shown_on = None  # whoever looked has gone; the log goes on
