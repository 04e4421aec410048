# SPDX-License-Identifier: Apache-2.0
"""What several test processes need is made by the first of them that asks for it, and kept for the others."""

import fcntl
import functools
import hashlib
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def made_once(folder: Path) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """A decorator like functools.cache, for all processes that share the folder. What the function raises is not kept.

    Arguments are told apart by their repr; what the function returns is pickled.
    """
    def decorate(make: Callable[..., T]) -> Callable[..., T]:
        @functools.cache
        @functools.wraps(make)
        def get(*arguments: object, **named: object) -> T:
            key = hashlib.sha256(repr((make.__module__, make.__qualname__, arguments, sorted(named.items()))).encode()).hexdigest()
            kept = folder / f"{key}.made"
            with kept.with_suffix(".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if kept.exists():
                    return pickle.loads(kept.read_bytes())
                value = make(*arguments, **named)
                part = kept.with_suffix(".part")  # who is ended in here leaves nothing that is half written
                part.write_bytes(pickle.dumps(value))
                part.rename(kept)
                return value
        return get
    return decorate
