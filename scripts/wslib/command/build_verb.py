# SPDX-License-Identifier: Apache-2.0
"""`ws build`: its options."""

import argparse

from .. import build
from ..optimisations import SYNTAX, parse_optimisations
from ..paths import LEVELS
from ..problem import USAGE, Problem
from .argument_types import argument_type


def add_arguments(one: argparse.ArgumentParser) -> None:
    one.epilog = f"Without an option: --host and --hyp. A LIST is {SYNTAX}."
    one.add_argument("--host", action="store_true", help="wstrace and wsview, optimised (build/release)")
    one.add_argument("--hyp", action="store_true", help="hypervisor images and guests (build/hyp)")
    one.add_argument("--debug", action="store_true", help="host programs and unit tests, with sanitizers (build/debug)")
    one.add_argument("--optimisations", type=argument_type(parse_optimisations), action="append", default=[], metavar="LIST",
                     help="the image of vhe with these optimisations alone, for ws run --optimisations; may be given again")
    one.add_argument("--level", choices=LEVELS, action="append",
                     help="the trace level of such an image (off); may be given again")
    one.set_defaults(do=_build)


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
