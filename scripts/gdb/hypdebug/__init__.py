# SPDX-License-Identifier: Apache-2.0
"""GDB commands that know of worlds: guest, host and the lowvisor between them."""

import gdb

from . import (breaks, context, context_diff, control, exits, explain, interrupts, position, printers, prompt, session, stage1,  # noqa: F401
               stage2, timer, trace, vcpu, vgic, world)


def start() -> None:
    session.connect()
    printers.install()
    prompt.install()
    position.install()
    if session.is_replay():
        from . import replay  # its commands make sense only here
        replay.install()
    if session.told["at"] is not None:
        gdb.execute(f"hyp goto {session.told['at']}")
    control.install()  # last: who asks is told where the session begins, not of its way there
