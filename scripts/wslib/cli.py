# SPDX-License-Identifier: Apache-2.0
"""The verbs of scripts/ws."""

import argparse
import json
import os
import sys

from . import bench, build, doctor, machine
from .paths import DESIGNS, LEVELS, host_program, shown
from .problem import USAGE, Problem
from .run import BROKE, INTERRUPTED, Options, run
from .sizes import parse_size, show_size

_RUN_EPILOG = """\
The exit status is the guest's verdict:
  0  the guest succeeded          4  the hypervisor panicked
  1  the guest reported failure   5  time-out
  2  wrong usage                  6  no verdict: QEMU, the capture, the disk or the build broke
  3  the guest crashed          130  interrupted

Without --out the folder is out/DESIGN-GUEST, with -traps or -off and -Ncpus after it where those
are not the usual ones. A former run's folder is replaced; any other folder is left alone. It holds
run.json (everything about the run), console.log and trace/.
"""


def _size(text: str) -> int:
    try:
        return parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ws", epilog="ws VERB --help tells more.", allow_abbrev=False,
                                     description="Worldswitch: build it, run guests on it, look at the traces.")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, help_text: str, **more) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=help_text, description=help_text[0].upper() + help_text[1:] + ".",
                                allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **more)

    one = verb("doctor", "list every tool with its version, what is wrong and how to mend it")
    one.add_argument("--json", action="store_true", help="as data")
    one.set_defaults(do=lambda o: doctor.main(o.json))

    one = verb("build", "build the host programs, the hypervisor images and the guests",
               epilog="Without an option: --host and --hyp.")
    one.add_argument("--host", action="store_true", help="wstrace and wsview, optimised (build/release)")
    one.add_argument("--hyp", action="store_true", help="hypervisor images and guests (build/hyp)")
    one.add_argument("--debug", action="store_true", help="host programs and unit tests, with sanitizers (build/debug)")
    one.set_defaults(do=_build)

    one = verb("run", "boot one run of a guest on a design of the hypervisor", epilog=_RUN_EPILOG,
               usage="ws run --design DESIGN --guest NAME|FILE [options] [-- QEMU ARGUMENTS]")
    one.add_argument("--design", required=True, choices=DESIGNS, help="of the hypervisor: %(choices)s")
    one.add_argument("--guest", required=True, metavar="NAME|FILE",
                     help="a guest of guests/, or a flat binary or arm64 Image")
    one.add_argument("--cpus", type=int, default=1, metavar="N", help="CPUs of the machine, 1 to 8 (%(default)s)")
    one.add_argument("--mem", type=_size, default=machine.DEFAULT_MEMORY, metavar="SIZE",
                     help=f"memory of the guest ({show_size(machine.DEFAULT_MEMORY)})")
    one.add_argument("--cpu", default=machine.DEFAULT_CPU, metavar="MODEL", help="QEMU's name of the CPU (%(default)s)")
    one.add_argument("--trace", default="full", choices=LEVELS, help="what is recorded: %(choices)s (%(default)s)")
    one.add_argument("--trace-memory", type=_size, default=machine.DEFAULT_TRACE_MEMORY, metavar="SIZE",
                     help=f"memory of the trace's rings ({show_size(machine.DEFAULT_TRACE_MEMORY)})")
    one.add_argument("--out", default="", metavar="DIR", help="the run's folder (see below)")
    one.add_argument("--timeout", type=float, default=300, metavar="S",
                     help="seconds before QEMU is ended, 0 for never (%(default)s)")
    one.add_argument("--append", default="", metavar="ARGS", help="arguments for the guest")
    one.add_argument("--selfcheck", action="store_true",
                     help="the hypervisor checks its own registers at every world switch")
    one.add_argument("--keep-ram", action="store_true", help="leave the machine's RAM as a file in the run's folder")
    one.add_argument("--quiet", action="store_true", help="do not show the guest's console, nor a success")
    one.add_argument("--json", action="store_true",
                     help="print run.json at the end; the console goes to standard error")
    one.set_defaults(do=_run)

    one = verb("bench", "measure operations: what they cost with no recorder, and what a trace says they cost",
               epilog="Counts are instructions in QEMU. The docs' page on measuring says what they mean.")
    one.add_argument("--benchmark", action="append", choices=tuple(bench.BENCHMARKS),
                     help="only this one; may be given again")
    one.add_argument("--design", action="append", choices=DESIGNS, help="only this one; may be given again")
    one.add_argument("--cpus", type=int, default=1, metavar="N", help="CPUs of the machine (%(default)s)")
    one.add_argument("--recorder", action="store_true", help="what the recorder itself costs, instead")
    one.add_argument("--json", action="store_true", help="as data")
    one.set_defaults(do=lambda o: bench.main(o.benchmark, o.design, o.cpus, recorder=o.recorder, as_json=o.json))

    # These two hand everything on; main() never lets argparse see their arguments.
    verb("trace", "work with traces: hands everything on to wstrace (ws trace --help)")
    verb("view", "open traces in the viewer: hands everything on to wsview (ws view --help)")
    return parser


def _build(options: argparse.Namespace) -> int:
    asked = {"release": options.host, "hyp": options.hyp, "debug": options.debug}
    build.build([preset for preset, wanted in asked.items() if wanted] or ["release", "hyp"])
    return 0


def _run(asked: argparse.Namespace) -> int:
    options = Options(**{name: getattr(asked, name) for name in Options.__dataclass_fields__})
    console = None if asked.quiet else (2 if asked.json else 1)
    try:
        result = run(options, console)
    except Problem as problem:
        # 1 is the guest's word alone.
        raise problem if problem.status == USAGE else Problem(str(problem), BROKE) from None
    if asked.json:
        print(json.dumps(result.description, indent=2))
    if result.status or not asked.quiet:
        print(f"ws run: {result.words} ({shown(result.folder)})", file=sys.stderr)
    dropped = result.description["capture"].get("events_discarded", 0)
    if dropped:
        print(f"ws run: the trace lacks {dropped} events, dropped because its rings were full; "
              "--trace-memory makes them larger", file=sys.stderr)
    return result.status


def _hand_on(program: str, arguments: list[str]) -> int:
    path = str(host_program(program))
    os.execv(path, [path, *arguments])


def main(arguments: list[str]) -> int:
    verb = arguments[0] if arguments else ""
    try:
        if verb in ("trace", "view"):
            return _hand_on({"trace": "wstrace", "view": "wsview"}[verb], arguments[1:])
        extra = []
        if "--" in arguments:
            at = arguments.index("--")
            arguments, extra = arguments[:at], arguments[at + 1:]
        options = _parser().parse_args(arguments)
        if extra and options.verb != "run":
            raise Problem("only ws run takes arguments after --", USAGE)
        options.qemu = extra
        return options.do(options)
    except Problem as problem:
        print(f"ws {verb}: {problem}", file=sys.stderr)
        return problem.status
    except KeyboardInterrupt:
        print(f"ws {verb}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough of it. Python would complain once more when it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
