# SPDX-License-Identifier: Apache-2.0
"""The verbs of scripts/ws. Each has a module of its own, which is loaded when it is asked for: what the others need takes longer to load
than a short run takes."""

import argparse
import importlib
import os
import signal
import sys

from .. import os_errors, signals, streams
from ..paths import host_program
from ..problem import USAGE, Problem
from ..run.verdict import BROKE, INTERRUPTED

# What each does; those that have a module here take their options from its add_arguments().
_VERBS = {
    "doctor": "list every tool with its version, what is wrong and how to mend it",
    "build": "build the host programs, the hypervisor images and the guests",
    "run": "boot one run of a guest, or of several, on a design of the hypervisor",
    "debug": "debug a machine with GDB, or a recorded run, forwards and backwards",
    "bench": "measure operations: what they cost with no recorder, and what a trace says they cost",
    "demo": "build, run one guest on two designs, compare, show: scripts/demo installs what is needed and calls it",
    # These hand everything on; _do() never lets argparse see their arguments.
    "test": "build what the tests need and run them: scripts/test installs what is needed and calls it (ws test --help)",
    "lab": "labs for a course: start, test and grade them (ws lab --help)",
    "trace": "work with traces: hands everything on to wstrace (ws trace --help)",
    "view": "open traces in the viewer: hands everything on to wsview (ws view --help)",
}
_MODULES = {"doctor": "doctor", "build": "build_verb", "run": "run_verb", "debug": "debug_verb", "bench": "bench_verb", "demo": "demo"}


def _parser(asked: str) -> argparse.ArgumentParser:
    """With the options of the verb that is asked for alone."""
    parser = argparse.ArgumentParser(prog="ws", epilog="ws VERB --help tells more.", allow_abbrev=False,
                                     description="Worldswitch: build it, run guests on it, look at the traces.")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, what in _VERBS.items():
        one = verbs.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".", allow_abbrev=False,
                               formatter_class=argparse.RawDescriptionHelpFormatter)
        if name == asked and name in _MODULES:
            importlib.import_module(f".{_MODULES[name]}", __package__).add_arguments(one)
    return parser


def _hand_on(program: str, arguments: list[str]) -> int:
    path = str(host_program(program))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and what is ignored stays so
    os.execv(path, [path, *arguments])


def _do(verb: str, arguments: list[str]) -> int:
    if verb == "test":
        from .. import all_tests  # no other verb needs what it takes

        return all_tests.main(arguments[1:])
    if verb == "lab":
        from ..labs import lab_command  # nor this

        return lab_command.main(arguments[1:])
    if verb in ("trace", "view"):
        return _hand_on({"trace": "wstrace", "view": "wsview"}[verb], arguments[1:])
    extra = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, extra = arguments[:at], arguments[at + 1:]
    try:
        options = _parser(verb).parse_args(arguments)
    except SystemExit as told:  # argparse has said what is to be said
        return told.code
    if extra and options.verb not in ("run", "debug"):
        raise Problem("only ws run and ws debug take arguments after --", USAGE)
    options.qemu = extra
    return options.do(options)


def main(arguments: list[str]) -> int:
    streams.prepare()
    verb = arguments[0] if arguments else ""
    try:
        with signals.raised():
            status = _do(verb, arguments)
            sys.stdout.flush()  # what cannot be written is to be said, and Python would write it after the last chance for that
            return status
    except Problem as problem:
        print(f"ws {verb}: {problem}", file=sys.stderr)
        return problem.status
    except KeyboardInterrupt:
        print(f"ws {verb}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        print(f"ws {verb}: {os_errors.sentence(error)}", file=sys.stderr)
        return BROKE
    except MemoryError:
        print(f"ws {verb}: there is too little memory; end other programs, or raise the limit (ulimit -v)", file=sys.stderr)
        return BROKE
