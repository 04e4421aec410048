# SPDX-License-Identifier: Apache-2.0
"""GDB's prompt says which world the CPU is in."""

import gdb

from . import world


def install() -> None:
    gdb.prompt_hook = _prompt


def _prompt(_current: str) -> str:
    try:
        thread = gdb.selected_thread()
        if thread is None or thread.is_running():
            return "(no machine) "
        told = world.here()
    except gdb.error:
        return "(no machine) "
    whose = f", VM {told['vm']} vCPU {told['vcpu']}" if told["vm"] is not None else ""
    cpu = f"CPU {thread.num - 1}, " if len(gdb.selected_inferior().threads()) > 1 else ""
    return f"({cpu}{told['world']} EL{told['el']}{whose}) "
