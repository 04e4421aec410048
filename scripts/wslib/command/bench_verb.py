# SPDX-License-Identifier: Apache-2.0
"""`ws bench`: its options, and which of them go together."""

import argparse

from ..bench import ablation, app_bench, microbenchmarks, peer_bench, validation, viewer_bench
from ..paths import DESIGNS
from ..problem import USAGE, Problem


def add_arguments(one: argparse.ArgumentParser) -> None:
    one.epilog = "Counts are instructions in QEMU. The docs' page on measuring says what they mean."
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
