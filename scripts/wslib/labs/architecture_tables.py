# SPDX-License-Identifier: Apache-2.0
"""The architecture's tables (hyp/arch), as scripts/gdb reads them. That package is GDB's own; this module of it needs no GDB."""

import importlib.util
import sys

from ..paths import ROOT

_spec = importlib.util.spec_from_file_location("ws_architecture_tables", ROOT / "scripts/gdb/hypdebug/tables.py")
tables = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = tables  # dataclasses look their module up
_spec.loader.exec_module(tables)
