# SPDX-License-Identifier: Apache-2.0
"""What the designs that are not ours are made of, from Debian's packages: a kernel with KVM, and a QEMU whose plugins can read
registers. Each is fetched once, into a folder of its own under build/peers that is there whole or not at all."""

import fcntl
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from ..paths import BUILD, shown
from ..problem import Problem, usage_problem
from ..process import first_line
from ..program_version import program_version
from ..sizes import MIB
from .debian_kernels import BACKPORTS, SUITES
from .debian_packages import Apt, complaint, is_debian, os_release, require, say, unpack
from .linux_packages import unpacked_kernel

FOLDER = BUILD / "peers"

XEN_VERSION, XEN_SUITE = "4.17", "bookworm"

QEMU = "qemu-system-aarch64"
QEMU_AT_LEAST = 10  # the first whose plugins can read the registers that matter
QEMU_PACKAGE = "qemu-system-arm"
_QEMU_PACKAGES = (QEMU_PACKAGE, "qemu-system-common", "qemu-system-data")


@dataclass(frozen=True)
class Kernel:
    """Debian's Linux as host of a VM."""

    package: str  # with its version
    image: Path

    @property
    def name(self) -> str:
        """Such as `Linux 6.1.0-50-arm64`."""
        return f"Linux {re.sub('^linux-[a-z]+-', '', self.package).partition('_')[0]}"


@dataclass(frozen=True)
class Xen:
    package: str  # with its version
    image: Path
    symbols: Path  # the linker's map: address, kind and name

    @property
    def name(self) -> str:
        """Such as `Xen 4.17.5`."""
        return f"Xen {re.split('[+-]', self.package.split('_')[1])[0]}"


@dataclass(frozen=True)
class Qemu:
    package: str | None  # with its version; None: this machine's own
    program: str


def fetch_kernel(version: str, folder: Path = FOLDER) -> Kernel:
    if not re.fullmatch(r"\d+\.\d+", version):
        raise usage_problem(f"--kernel {version}: two numbers, as in 6.1")
    place = _kept(folder / f"linux-{version}", lambda new: _make_kernel(version, new))
    return Kernel(_package(place), place / "Image")


def newest_kernel(folder: Path = FOLDER) -> str:
    """The version of the newest that is kept here, or where none is newer than Debian's releases', that Debian has."""
    kept = [place.name.removeprefix("linux-") for place in folder.glob("linux-*") if re.fullmatch(r"linux-\d+\.\d+", place.name)]
    newer = [version for version in kept if version not in SUITES]
    return max(newer or _backported(folder), key=lambda version: list(map(int, version.split("."))))


def _backported(folder: Path) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        require("the list of Debian's kernels", folder, 100 * MIB)
        apt = Apt(Path(place), suite=BACKPORTS)
        say(f"fetching the package lists of Debian's {BACKPORTS} for arm64, for the newest Linux")
        return list(_kernels_there(apt, BACKPORTS))


def fetch_xen(folder: Path = FOLDER) -> Xen:
    place = _kept(folder / f"xen-{XEN_VERSION}", _make_xen)
    return Xen(_package(place), place / "Image", place / "map")


def fetch_qemu(folder: Path = FOLDER) -> Qemu:
    """This machine's own, where that is new enough."""
    own = program_version(QEMU)
    if qemu_version(own) >= QEMU_AT_LEAST:
        return Qemu(None, QEMU)
    if not is_debian():
        raise Problem(f"this needs QEMU {QEMU_AT_LEAST} or later, whose plugins can read registers, and here is {own or 'no QEMU'}")
    place = _kept(folder / "qemu", lambda new: _make_qemu(own, new))
    return Qemu(_package(place), str(place / "root/usr/bin" / QEMU))


def qemu_version(line: str) -> int:
    """The first number of `QEMU emulator version 10.0.2 (...)`, or 0."""
    found = re.match(r"QEMU emulator version (\d+)\.", line)
    return int(found[1]) if found else 0


def _kept(place: Path, make: Callable[[Path], str]) -> Path:
    """The folder, made by `make`, which returns the package's name with its version, if it is not there."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with (place.parent / ".ws-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two of us would fetch it twice
        if not (place / "package.json").is_file():
            new = place.with_name(place.name + ".new")
            shutil.rmtree(new, ignore_errors=True)
            shutil.rmtree(place, ignore_errors=True)
            new.mkdir()
            try:
                package = make(new)
                (new / "package.json").write_text(json.dumps({"package": package}) + "\n", encoding="utf-8")
                new.rename(place)
            finally:
                shutil.rmtree(new, ignore_errors=True)
    return place


def _package(place: Path) -> str:
    try:
        return json.loads((place / "package.json").read_text(encoding="utf-8"))["package"]
    except (ValueError, KeyError):
        raise Problem(f"what was fetched into {shown(place)} is damaged; delete that folder and try again") from None


def _make_kernel(version: str, new: Path) -> str:
    suite = SUITES.get(version, BACKPORTS)
    what = f"Linux {version}"
    require(what, new, 400 * MIB)
    apt = Apt(new / "apt", suite=suite)
    say(f"fetching the package lists of Debian's {suite} for arm64, for {what} as host of the VM")
    names = _kernels_there(apt, suite)
    if version not in names:
        raise usage_problem(f"--kernel {version}: Debian has {', '.join(SUITES)}, and in {suite} {', '.join(names)}")
    say(f"fetching {names[version]} (20 to 100 MiB)")
    apt.download([names[version]], new / "packages", what)
    package, = (new / "packages").glob("*.deb")
    (new / "Image").write_bytes(unpacked_kernel(_kernel_in(package)))
    shutil.rmtree(new / "packages")
    shutil.rmtree(new / "apt")
    return unquote(package.stem)


def _kernels_there(apt: Apt, suite: str) -> dict[str, str]:
    update = apt.update()
    names = kernels_of(apt.search("linux-image-") + apt.search("linux-binary-"))
    if not names:
        raise Problem(f"apt finds no kernel in Debian's {suite}: there is no network, or this machine's mirror has no such suite"
                      f"{complaint(update)}")
    return names


def kernels_of(names: list[str]) -> dict[str, str]:
    """The newest usual kernel of each version, such as 6.1, by the package that it is in: linux-image-..., and linux-binary-... from Linux
    6.19 on, where the former has no more than its dependencies."""
    found: dict[str, tuple[list[int], bool, str]] = {}
    for name in names:
        usual = re.fullmatch(r"linux-(image|binary)-(\d+\.\d+)(\.\d+(?:-\d+|\+deb\d+(?:\.\d+)?))-arm64", name)
        if usual:
            age = [int(number) for number in re.findall(r"\d+", usual[3])]
            found[usual[2]] = max(found.get(usual[2], ([], False, "")), (age, usual[1] == "binary", name))
    return {version: name for version, (*_, name) in sorted(found.items(), key=lambda item: list(map(int, item[0].split("."))))}


def _kernel_in(package: Path) -> bytes:
    """Of all that is in the package no more than the kernel is unpacked."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as unpacking:
        with tarfile.open(fileobj=unpacking.stdout, mode="r|") as files:
            for file in files:
                if file.isfile() and re.fullmatch(r"\./(boot/vmlinuz-[^/]+|usr/lib/modules/[^/]+/vmlinuz)", file.name):
                    kernel = files.extractfile(file).read()
                    unpacking.kill()
                    return kernel
    raise Problem(f"{package.name} has no kernel in it")


def _make_xen(new: Path) -> str:
    name = f"xen-hypervisor-{XEN_VERSION}-arm64"
    what = f"Xen {XEN_VERSION}"
    require(what, new, 100 * MIB)
    apt = Apt(new / "apt", suite=XEN_SUITE)
    say(f"fetching the package lists of Debian's {XEN_SUITE} for arm64, for {what}")
    update = apt.update()
    if name not in apt.search(name):
        raise Problem(f"apt finds no {name} in Debian's {XEN_SUITE}: there is no network, or this machine's mirror has no such suite"
                      f"{complaint(update)}")
    say(f"fetching {name}, and {name}-dbg for the names of its functions (about 1 MiB)")
    apt.download([name, f"{name}-dbg"], new / "packages", what)
    for package in (new / "packages").glob("*.deb"):
        unpack(package, new / "root")
    (new / "Image").write_bytes(unpacked_kernel((new / f"root/boot/xen-{XEN_VERSION}-arm64").read_bytes()))
    (new / "map").write_bytes((new / f"root/usr/lib/debug/boot/xen-syms-{XEN_VERSION}-arm64.map").read_bytes())
    package, = (new / "packages").glob(f"{name}_*.deb")
    for part in ("packages", "apt", "root"):
        shutil.rmtree(new / part)
    return unquote(package.stem)


def _make_qemu(own: str, new: Path) -> str:
    suite = f"{os_release('VERSION_CODENAME')}-backports"
    what = f"QEMU {QEMU_AT_LEAST}"
    require(what, new, 200 * MIB)
    architecture = first_line(["dpkg", "--print-architecture"])
    apt = Apt(new / "apt", architecture, suite)
    say(f"fetching the package lists of Debian's {suite} for {architecture}, for a QEMU whose plugins can read registers "
        f"(here is {own or 'no QEMU'}); it is unpacked, not installed")
    update = apt.update()
    if QEMU_PACKAGE not in apt.search(QEMU_PACKAGE):
        raise Problem(f"apt finds no {QEMU_PACKAGE} in Debian's {suite}: there is no network, or this machine's mirror has no such suite"
                      f"{complaint(update)}")
    say(f"fetching {', '.join(_QEMU_PACKAGES)} (about 13 MiB)")
    apt.download(list(_QEMU_PACKAGES), new / "packages", what)
    for package in (new / "packages").glob("*.deb"):
        unpack(package, new / "root")
    version = first_line([str(new / "root/usr/bin" / QEMU), "--version"])
    if qemu_version(version) < QEMU_AT_LEAST:
        raise Problem(f"the QEMU of Debian's {suite} is not {QEMU_AT_LEAST} or later, or does not run here: {version}")
    package, = (new / "packages").glob(f"{QEMU_PACKAGE}_*.deb")
    shutil.rmtree(new / "packages")
    shutil.rmtree(new / "apt")
    return unquote(package.stem)
