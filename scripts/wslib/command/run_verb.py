# SPDX-License-Identifier: Apache-2.0
"""`ws run`: its options, and what it says at the end."""

import argparse
import json
import sys

from ..machine.instruction_count import show_counts
from ..paths import shown
from ..problem import USAGE, Problem
from ..run.one_run import BROKE, DEFAULT_TIMEOUT, Options, run
from ..values import parse_seconds
from .argument_types import FileName, argument_type
from .machine_options import add_machine, add_trace

_EPILOG = """\
The exit status is the guest's verdict:
  0  the guest succeeded          4  the hypervisor panicked
  1  the guest reported failure   5  time-out
  2  wrong usage                  6  no verdict: QEMU, the capture, the disk or the build broke
  3  the guest or VMM crashed   130  interrupted

The status is that of the VM that fared worst: a crash before a failure, a failure before a success.

Without --out the folder is out/DESIGN-GUEST, with what is not as usual after the names: -Nvcpus,
-pinLIST and -loadOFFSET for a VM, then +GUEST for each further VM; -traps or -off, -Ncpus, -oNN, -mttcg and -recorded.
A former run's folder is replaced; any other folder is left alone. It holds run.json (everything
about the run), console.log and trace/.

  ws run --design vhe --guest hypercall
  ws run --design split --guest hypercall --cpus 2 --pin 0 --vm guest=registers,pin=1,append=rounds=100

In a --vm everything after append= belongs to it, so it comes last. Its other values have the same
defaults as VM 1's. Text for --stdin comes when the host delivers it: such a run need not repeat.
"""


def add_arguments(one: argparse.ArgumentParser) -> None:
    one.usage = "ws run --design DESIGN --guest NAME|FILE [options] [-- QEMU ARGUMENTS]"
    one.epilog = _EPILOG
    one.set_defaults(do=_run)
    add_machine(one, required=True)
    board = one.add_argument_group("what is typed")
    board.add_argument("--stdin", default="", action=FileName, metavar="FILE|-",
                       help="what is typed into the serial port: a file, or - for standard input (nothing)")
    result = add_trace(one)
    result.add_argument("--out", default="", action=FileName, metavar="DIR", help="the run's folder (see below)")
    result.add_argument("--timeout", type=argument_type(parse_seconds), metavar="S",
                        help="seconds before QEMU is ended, 0 for never (300; with a shell at the terminal 0)")
    result.add_argument("--keep-ram", action="store_true", help="leave the machine's RAM as a file in the run's folder")
    result.add_argument("--count", action="store_true",
                        help="count all instructions of the run, of the hypervisor and the guests, from outside (slower)")
    result.add_argument("--record", action="store_true",
                        help="write down what ws debug --replay needs to run it again, instruction by instruction (one CPU)")
    result.add_argument("--quiet", action="store_true", help="do not show the guest's console, nor a success")
    result.add_argument("--verbose", action="store_true",
                        help="with --exec: the whole console, the kernel's messages too, on standard error")
    result.add_argument("--json", action="store_true",
                        help="print run.json at the end; the console goes to standard error")


def _run(asked: argparse.Namespace) -> int:
    options = Options(**{name: getattr(asked, name) for name in Options.__dataclass_fields__
                         if name != "timeout"})
    for bit in asked.without:
        options.optimisations &= ~bit
    options.timeout = asked.timeout if asked.timeout is not None else 0 if options.has_keyboard else DEFAULT_TIMEOUT
    executes = any(vm.exec is not None for vm in options.vms)
    console = None if asked.quiet else (2 if asked.json else 1)
    if options.has_keyboard and not asked.quiet:
        what = "a shell on the guest's console comes up; exit ends it" if all(vm.is_linux for vm in options.vms if vm.is_system) else \
            "what you type goes to the guest's console"
        print(f"ws run: {what}, Ctrl-A x ends the machine at once", file=sys.stderr)
    try:
        result = run(options, console, 2 if asked.verbose else None)
    except Problem as problem:
        # 1 is the guest's word alone.
        raise problem if problem.status == USAGE else Problem(str(problem), BROKE) from None
    if asked.json:
        print(json.dumps(result.description, indent=2))
    said_by_the_commands = executes and result.description["verdict"] in ("success", "failure") and not result.console_problem
    if (result.status or not asked.quiet) and not said_by_the_commands:
        print(f"ws run: {result.words} ({shown(result.folder)})", file=sys.stderr)
    if result.description["hang"]:
        from ..machine.hang_report import sentences

        for line in sentences(result.description["hang"]):
            print(f"ws run: {line}", file=sys.stderr)
    if asked.count and not result.description["instructions"]:
        print("ws run: the instructions were not counted: QEMU could not write them down, or was killed before", file=sys.stderr)
    elif asked.count:
        print(f"ws run: {show_counts(result.description['instructions'])}", file=sys.stderr)
    dropped = result.description["capture"].get("events_discarded", 0)
    if dropped:
        print(f"ws run: the trace lacks {dropped} events, dropped because its rings were full; "
              "--trace-memory makes them larger", file=sys.stderr)
    return result.status
