# SPDX-License-Identifier: Apache-2.0
"""`ws bench`: its options, and which of them go together."""

import argparse

from ..bench import ablation, app_bench, kernel_history, microbenchmarks, peer_bench, validation, viewer_bench
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
    one.add_argument("--peers", action="store_true", help="our designs beside Debian's KVM and Xen, which are fetched, instead; "
                     "with --validate: the paper's ratios predicted from KVM's own code, too")
    one.add_argument("--kernels", action="store_true",
                     help="a hypercall on KVM, from Debian's oldest kernel to its newest, and what changed; or --benchmark's, instead")
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
             "--recorder": asked.recorder, "--viewer": asked.viewer, "--peers": asked.peers, "--kernels": asked.kernels}
    if asked.validate:
        del kinds["--peers"]  # which is then another table of the same
    given = [kind for kind, wanted in kinds.items() if wanted]
    if len(given) > 1:
        raise Problem(f"{given[0]} and {given[1]} are two things to measure: give one of them", USAGE)
    fixed = asked.ablation or asked.validate or asked.viewer or asked.peers or asked.kernels  # their designs and CPUs
    if given and asked.benchmark and not (asked.ablation or asked.peers or asked.kernels):
        raise Problem(f"{given[0]} has benchmarks of its own, and goes with no --benchmark", USAGE)
    if fixed and asked.design:
        raise Problem(f"{given[0]} knows which designs it is of, and goes with no --design", USAGE)
    if fixed and asked.cpus != 1:
        raise Problem(f"{given[0]} knows how many CPUs it needs, and goes with no --cpus", USAGE)
    if asked.apps or asked.app:
        return app_bench.main(asked.app, asked.design, asked.cpus, as_json=asked.json)
    if asked.ablation:
        return ablation.main(asked.benchmark, as_json=asked.json)
    if asked.validate:
        return validation.main(asked.redesigned, asked.profile, peers=asked.peers, as_json=asked.json)
    if asked.viewer:
        return viewer_bench.main(as_json=asked.json)
    if asked.peers:
        return peer_bench.main(asked.benchmark, as_json=asked.json)
    if asked.kernels:
        return kernel_history.main(asked.benchmark, as_json=asked.json)
    return microbenchmarks.main(asked.benchmark, asked.design, asked.cpus, recorder=asked.recorder, as_json=asked.json)
