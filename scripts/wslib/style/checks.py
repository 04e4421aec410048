# SPDX-License-Identifier: Apache-2.0
"""All checks of this folder, by the names of their modules."""

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

Check = Callable[[Path], list[str]]


def all_checks() -> dict[str, Check]:
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    modules = {name: importlib.import_module(f"{__package__}.{name}") for name in names}
    return {name: module.check for name, module in modules.items() if hasattr(module, "check")}
