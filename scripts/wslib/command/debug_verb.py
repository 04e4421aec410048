# SPDX-License-Identifier: Apache-2.0
"""`ws debug`: its options."""

import argparse
from pathlib import Path

from ..problem import USAGE, Problem
from ..run.run_options import Options
from . import debug, ide
from .argument_types import FileName, file_name
from .machine_options import add_machine, add_trace

_EPILOG = """\
Needs no second terminal: QEMU starts, stopped before the machine's first instruction, and GDB comes up with the symbols of the
hypervisor and of the guest. Type `continue`, or `hyp` for the commands that know of worlds; the docs' page on debugging
has a tutorial.

  ws debug --design split --guest hypercall
  ws run --design vhe --guest hypercall --record
  ws debug --replay out/vhe-hypercall-recorded --at 4711
"""


def add_arguments(one: argparse.ArgumentParser) -> None:
    one.usage = "ws debug --design DESIGN --guest NAME|FILE [options]\n       ws debug --replay DIR [--at EVENT] [options]"
    one.epilog = _EPILOG
    one.set_defaults(do=_debug)
    add_machine(one, required=False)
    add_trace(one).add_argument("--out", default="", action=FileName, metavar="DIR", help="the session's folder (out/debug-DESIGN-GUEST)")
    session = one.add_argument_group("the session")
    session.add_argument("--replay", type=file_name, metavar="DIR", help="a run that ws run --record made, instead of a new one")
    session.add_argument("--at", type=int, metavar="EVENT", help="with --replay: stop at this event of its trace")
    session.add_argument("-x", dest="gdb", action=_GdbCommand, metavar="FILE", help="commands for GDB; may be given again")
    session.add_argument("--ex", dest="gdb", action=_GdbCommand, metavar="COMMAND", help="one command for GDB; may be given again")
    session.add_argument("--batch", action="store_true", help="GDB ends after those commands, and asks nothing")
    session.add_argument("--control", default="", action=FileName, metavar="SOCKET",
                         help="a Unix socket at which programs learn where this session stops")
    session.add_argument("--serve", default="", action=FileName, metavar="SOCKET", help="no GDB: QEMU waits for one at this Unix socket")
    session.add_argument("--ide", action="store_true", help="write a launch configuration for Visual Studio Code, and start nothing")


class _GdbCommand(argparse.Action):
    """-x and --ex go to GDB in the order in which they were given."""

    def __call__(self, parser, namespace, value, option=None):
        namespace.gdb = [*(namespace.gdb or []), {"-x": "-x", "--ex": "-ex"}[option], value]


def _debug(asked: argparse.Namespace) -> int:
    if asked.ide:
        return ide.main()
    session = debug.Asked(asked.gdb or [], asked.batch, asked.control, asked.serve, asked.at)
    if asked.serve and (asked.gdb or asked.batch or asked.control):
        raise Problem("--serve starts no GDB, and goes with no -x, --ex, --batch or --control", USAGE)
    if asked.replay is not None:
        given = [name for name in ("design", "guest") if getattr(asked, name) is not None]
        if given:
            raise Problem(f"--replay repeats a run as it was, and goes with no --{given[0]}", USAGE)
        return debug.replay(Path(asked.replay), session)
    if asked.design is None or asked.guest is None:
        raise Problem("give --design and --guest for a new machine, or --replay for a run that was recorded", USAGE)
    options = Options(**{name: getattr(asked, name) for name in Options.__dataclass_fields__ if hasattr(asked, name)})
    for bit in asked.without:
        options.optimisations &= ~bit
    return debug.debug(options, session)
