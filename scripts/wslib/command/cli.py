# SPDX-License-Identifier: Apache-2.0
"""The verbs of scripts/ws."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from .. import build, os_errors, signals, streams
from ..bench import ablation, app_bench, microbenchmarks, peer_bench, validation, viewer_bench
from ..linux.peer_packages import DEFAULT_KERNEL, SUITES
from ..machine import qemu_machine
from ..machine.hang_report import sentences
from ..machine.instruction_count import show_counts
from ..machine.vm_options import (DEFAULT_MEMORY, LINUX_MEMORY, MAX_VCPUS, MAX_VCPUS_OF_A_VM, MAX_VMS, VM_SYNTAX, parse_offset, parse_pin,
                                  parse_vm)
from ..optimisations import ALL, SYNTAX, parse_optimisation, parse_optimisations
from ..paths import DESIGNS, LEVELS, NATIVE, PEERS, host_program, shown
from ..problem import USAGE, Problem
from ..run.one_run import BROKE, DEFAULT_TIMEOUT, INTERRUPTED, Options, run
from ..sizes import parse_size, show_size
from ..values import parse_name, parse_seconds
from . import debug, demo, doctor, ide

_RUN_EPILOG = """\
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

_DEBUG_EPILOG = """\
Needs no second terminal: QEMU starts, stopped before the machine's first instruction, and GDB comes up with the symbols of the
hypervisor and of the guest. Type `continue`, or `hyp` for the commands that know of worlds; the docs' page on debugging
has a tutorial.

  ws debug --design split --guest hypercall
  ws run --design vhe --guest hypercall --record
  ws debug --replay out/vhe-hypercall-recorded --at 4711
"""


def _value(parse: Callable) -> Callable:
    """argparse shows the message of this one exception alone."""
    def parsed(text: str) -> object:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
    return parsed


_size = _value(parse_size)
_name = _value(parse_name)


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
               epilog=f"Without an option: --host and --hyp. A LIST is {SYNTAX}.")
    one.add_argument("--host", action="store_true", help="wstrace and wsview, optimised (build/release)")
    one.add_argument("--hyp", action="store_true", help="hypervisor images and guests (build/hyp)")
    one.add_argument("--debug", action="store_true", help="host programs and unit tests, with sanitizers (build/debug)")
    one.add_argument("--optimisations", type=_value(parse_optimisations), action="append", default=[], metavar="LIST",
                     help="the image of vhe with these optimisations alone, for ws run --optimisations; may be given again")
    one.add_argument("--level", choices=LEVELS, action="append",
                     help="the trace level of such an image (off); may be given again")
    one.set_defaults(do=_build)

    _add_run(verb("run", "boot one run of a guest, or of several, on a design of the hypervisor", epilog=_RUN_EPILOG,
                  usage="ws run --design DESIGN --guest NAME|FILE [options] [-- QEMU ARGUMENTS]"))

    _add_debug(verb("debug", "debug a machine with GDB, or a recorded run, forwards and backwards", epilog=_DEBUG_EPILOG,
                    usage="ws debug --design DESIGN --guest NAME|FILE [options]\n       ws debug --replay DIR [--at EVENT] [options]"))

    one = verb("bench", "measure operations: what they cost with no recorder, and what a trace says they cost",
               epilog="Counts are instructions in QEMU. The docs' page on measuring says what they mean.")
    one.add_argument("--benchmark", action="append", choices=tuple(microbenchmarks.BENCHMARKS),
                     help="only this one; may be given again")
    one.add_argument("--design", action="append", choices=DESIGNS, help="only this one; may be given again")
    one.add_argument("--cpus", type=int, default=1, metavar="N", help="CPUs of the machine (%(default)s)")
    one.add_argument("--apps", action="store_true", help="applications on Linux, and Linux without a hypervisor, instead")
    one.add_argument("--app", action="append", choices=app_bench.NAMES,
                     help="only this application; may be given again")
    one.add_argument("--ablation", action="store_true",
                     help="what each optimisation of the vhe design is worth, instead; builds the images that it needs")
    one.add_argument("--viewer", action="store_true",
                     help="how fast the viewer loads large traces and builds frames of them, instead; builds what it needs")
    one.add_argument("--recorder", action="store_true", help="what the recorder itself costs, instead")
    one.add_argument("--peers", action="store_true", help="our designs beside Debian's KVM and Xen, which are fetched")
    one.add_argument("--validate", action="store_true",
                     help="what the cost model says of the paper's benchmarks beside the paper's figures, instead")
    one.add_argument("--redesigned", choices=[design for design in DESIGNS if design != validation.BASE], default=validation.REDESIGNED,
                     help="with --validate: the design that stands for the paper's redesign (%(default)s)")
    one.add_argument("--profile", default="xgene-gicv2", metavar="NAME|FILE",
                     help="with --validate: the machine's costs in cycles, of viewer/profiles (%(default)s)")
    one.add_argument("--json", action="store_true", help="as data")
    one.set_defaults(do=_bench)

    one = verb("demo", "build, run one guest on two designs, compare, show: scripts/demo installs what is needed and calls it")
    one.set_defaults(do=lambda _: demo.main())

    # These hand everything on; main() never lets argparse see their arguments.
    verb("test", "build what the tests need and run them: scripts/test installs what is needed and calls it (ws test --help)")
    verb("lab", "labs for a course: start, test and grade them (ws lab --help)")
    verb("trace", "work with traces: hands everything on to wstrace (ws trace --help)")
    verb("view", "open traces in the viewer: hands everything on to wsview (ws view --help)")
    return parser


def _add_run(one: argparse.ArgumentParser) -> None:
    one.set_defaults(do=_run)
    _add_machine(one, required=True)
    board = one.add_argument_group("what is typed")
    board.add_argument("--stdin", default="", action=_Name, metavar="FILE|-",
                       help="what is typed into the serial port: a file, or - for standard input (nothing)")
    result = _add_trace(one)
    result.add_argument("--out", default="", action=_Name, metavar="DIR", help="the run's folder (see below)")
    result.add_argument("--timeout", type=_value(parse_seconds), metavar="S",
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


def _add_debug(one: argparse.ArgumentParser) -> None:
    one.set_defaults(do=_debug)
    _add_machine(one, required=False)
    _add_trace(one).add_argument("--out", default="", action=_Name, metavar="DIR", help="the session's folder (out/debug-DESIGN-GUEST)")
    session = one.add_argument_group("the session")
    session.add_argument("--replay", type=_name, metavar="DIR", help="a run that ws run --record made, instead of a new one")
    session.add_argument("--at", type=int, metavar="EVENT", help="with --replay: stop at this event of its trace")
    session.add_argument("-x", dest="gdb", action=_GdbCommand, metavar="FILE", help="commands for GDB; may be given again")
    session.add_argument("--ex", dest="gdb", action=_GdbCommand, metavar="COMMAND", help="one command for GDB; may be given again")
    session.add_argument("--batch", action="store_true", help="GDB ends after those commands, and asks nothing")
    session.add_argument("--control", default="", action=_Name, metavar="SOCKET",
                         help="a Unix socket at which programs learn where this session stops")
    session.add_argument("--serve", default="", action=_Name, metavar="SOCKET", help="no GDB: QEMU waits for one at this Unix socket")
    session.add_argument("--ide", action="store_true", help="write a launch configuration for Visual Studio Code, and start nothing")


class _GdbCommand(argparse.Action):
    """-x and --ex go to GDB in the order in which they were given."""

    def __call__(self, parser, namespace, value, option=None):
        namespace.gdb = [*(namespace.gdb or []), {"-x": "-x", "--ex": "-ex"}[option], value]


class _Name(argparse.Action):
    """Of a file or folder. (Were it a type, argparse would try it on the default too.)"""

    def __call__(self, parser, namespace, value, option=None):
        try:
            setattr(namespace, self.dest, parse_name(value))
        except ValueError as error:
            raise argparse.ArgumentError(self, str(error)) from None


def _add_machine(one: argparse.ArgumentParser, required: bool) -> None:
    one.add_argument("--design", required=required, choices=(*DESIGNS, NATIVE, *PEERS),
                     help="of the hypervisor: %(choices)s; native is the guest on the board itself, with as many CPUs as it "
                          "has vCPUs; kvm-nvhe and kvm-vhe are Debian's Linux, xen is its Xen")

    vm = one.add_argument_group("the VM")
    vm.add_argument("--guest", required=required, type=_name, metavar="NAME|FILE",
                    help="a guest of guests/, a flat binary or an arm64 Image; or linux, which is Debian's")
    vm.add_argument("--vcpus", type=int, default=1, metavar="N", help=f"its vCPUs, 1 to {MAX_VCPUS_OF_A_VM} (%(default)s)")
    vm.add_argument("--mem", type=_size, metavar="SIZE",
                    help=f"its memory ({show_size(DEFAULT_MEMORY)}; {show_size(LINUX_MEMORY)} for Linux and with --initrd)")
    vm.add_argument("--pin", type=_value(parse_pin), default=[], metavar="LIST",
                    help="CPUs for its vCPUs, such as 0+1, and from the first again when there are more vCPUs "
                         "(any vCPU on any CPU)")
    vm.add_argument("--load", type=_value(parse_offset), metavar="OFFSET",
                    help="where a flat binary goes, from the start of its RAM (0x80000)")
    vm.add_argument("--append", default="", metavar="ARGS", help="arguments for the guest")
    vm.add_argument("--exec", metavar="COMMANDS",
                    help="for Linux: run them and end with their status; without it there is a shell at the terminal")
    vm.add_argument("--file", action="append", type=_name, default=[], metavar="FILE",
                    help="for Linux: a program that goes into every guest's /bin; may be given again")
    vm.add_argument("--disk", default="", action=_Name, metavar="FILE", help="the file behind its disk, a virtio-blk device (none)")
    vm.add_argument("--initrd", default="", action=_Name, metavar="FILE",
                    help="for a guest that is a file: its ramdisk, such as the initrd of a kernel of your own (none)")
    vm.add_argument("--net", action="store_true", help="it has a virtio-net device, at the switch between the VMs")
    vm.add_argument("--vm", type=_value(parse_vm), action="append", default=[], metavar="KEY=VALUE,...",
                    help=f"a further VM: {VM_SYNTAX}; may be given again, {MAX_VMS} VMs and {MAX_VCPUS} vCPUs in all")

    board = one.add_argument_group("the machine and the hypervisor")
    board.add_argument("--cpus", type=int, default=1, metavar="N",
                       help=f"CPUs of the machine, 1 to {qemu_machine.MAX_CPUS} (%(default)s)")
    board.add_argument("--cpu", default=qemu_machine.DEFAULT_CPU, metavar="MODEL", help="QEMU's name of the CPU (%(default)s)")
    board.add_argument("--hypervisor", default="", action=_Name, metavar="FILE",
                       help="an image of this design from another build, with its ELF file beside it (build/hyp's)")
    board.add_argument("--kernel", default="", metavar="VERSION",
                       help=f"of KVM: the first numbers of its Linux, {', '.join(SUITES)} or of Debian's backports ({DEFAULT_KERNEL})")
    board.add_argument("--optimisations", type=_value(parse_optimisations), default=ALL, metavar="LIST",
                       help=f"of the vhe design: {SYNTAX} (all)")
    board.add_argument("--without", type=_value(parse_optimisation), action="append", default=[], metavar="NAME",
                       help="the vhe design without this optimisation; may be given again")
    board.add_argument("--mttcg", action="store_true",
                       help="a host thread for each CPU: faster with several, but counts are then no instructions, "
                            "and no run is like another")
    board.add_argument("--boot", action="append", default=[], metavar="OPTION",
                       help="for the hypervisor's command line, as it is: vmids=3, slice=1000, ...; may be given again")
    board.add_argument("--selfcheck", action="store_true",
                       help="the hypervisor checks its own registers at every world switch")


def _add_trace(one: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    result = one.add_argument_group("the run")
    result.add_argument("--trace", choices=LEVELS,
                        help="what is recorded: %(choices)s (full; off for Linux and with --initrd)")
    result.add_argument("--trace-memory", type=_size, default=qemu_machine.DEFAULT_TRACE_MEMORY, metavar="SIZE",
                        help=f"memory of the trace's rings ({show_size(qemu_machine.DEFAULT_TRACE_MEMORY)})")
    return result


def _build(options: argparse.Namespace) -> int:
    asked = {"release": options.host, "hyp": options.hyp, "debug": options.debug}
    presets = [preset for preset, wanted in asked.items() if wanted]
    if options.level and not options.optimisations:
        raise Problem("--level is for images with --optimisations; the usual build makes every level", USAGE)
    if presets or not options.optimisations:
        build.build(presets or ["release", "hyp"])
    if options.optimisations:
        build.build_ablated({(number, level) for number in options.optimisations for level in options.level or ["off"]})
    return 0


def _bench(asked: argparse.Namespace) -> int:
    kinds = {"--apps": asked.apps or asked.app, "--ablation": asked.ablation, "--validate": asked.validate,
             "--recorder": asked.recorder, "--viewer": asked.viewer, "--peers": asked.peers}
    given = [kind for kind, wanted in kinds.items() if wanted]
    if len(given) > 1:
        raise Problem(f"{given[0]} and {given[1]} are two things to measure: give one of them", USAGE)
    if given and asked.benchmark and not (asked.ablation or asked.peers):
        raise Problem(f"{given[0]} has benchmarks of its own, and goes with no --benchmark", USAGE)
    if (asked.ablation or asked.validate or asked.viewer or asked.peers) and asked.design:
        raise Problem(f"{given[0]} knows which designs it is of, and goes with no --design", USAGE)
    if (asked.ablation or asked.validate or asked.viewer or asked.peers) and asked.cpus != 1:
        raise Problem(f"{given[0]} knows how many CPUs it needs, and goes with no --cpus", USAGE)
    if asked.apps or asked.app:
        return app_bench.main(asked.app, asked.design, asked.cpus, as_json=asked.json)
    if asked.ablation:
        return ablation.main(asked.benchmark, as_json=asked.json)
    if asked.validate:
        return validation.main(asked.redesigned, asked.profile, as_json=asked.json)
    if asked.viewer:
        return viewer_bench.main(as_json=asked.json)
    if asked.peers:
        return peer_bench.main(asked.benchmark, as_json=asked.json)
    return microbenchmarks.main(asked.benchmark, asked.design, asked.cpus, recorder=asked.recorder, as_json=asked.json)


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
        options = _parser().parse_args(arguments)
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
