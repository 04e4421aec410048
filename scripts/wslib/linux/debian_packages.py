# SPDX-License-Identifier: Apache-2.0
"""Debian's packages, fetched by apt with lists of its own, so that nothing of this machine's package management changes and nobody
needs to be root. apt verifies what it fetches against Debian's signatures."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from ..paths import BUILD, shown
from ..problem import Problem
from ..sizes import show_size

# Where somebody whose machine is not a Debian says where Debian is.
FOREIGN_SOURCES = BUILD / "linux" / "apt" / "sources.list"
_KEYRINGS = tuple(Path("/usr/share/keyrings") / f"debian-archive-keyring.{ending}" for ending in ("gpg", "pgp"))


def say(what: str) -> None:
    print(f"ws: {what}", file=sys.stderr, flush=True)


def require(what: str, folder: Path, disk_bytes: int) -> None:
    """The programs, and room in the folder. `what` is fetched."""
    for tool in ("apt-get", "apt-cache", "dpkg-deb"):
        if not shutil.which(tool):
            raise Problem(f"{what} comes from Debian's packages, and there is no {tool} here")
    free = shutil.disk_usage(folder).free
    if free < disk_bytes:
        raise Problem(f"fetching {what} takes {show_size(disk_bytes)} of disk in {shown(folder)}, where {show_size(free)} are free")


class Apt:
    """apt for one architecture, whatever this machine is, with its lists and its cache in a folder of ours. Without a suite it takes
    this machine's own sources, those of another machine's Debian included; with one, that suite alone, from the same mirror."""

    def __init__(self, folder: Path, architecture: str = "arm64", suite: str = ""):
        for part in ("lists/partial", "cache/archives/partial", "empty"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        options = {"APT::Architecture": architecture, "APT::Architectures": architecture, "APT::Sandbox::User": "",
                   "Acquire::Languages": "none", "Dir::State::Lists": folder / "lists", "Dir::Cache": folder / "cache"}
        sources = None
        if suite:
            sources = folder / "sources.list"
            sources.write_text(f"deb {_signed_by()}{mirror()} {suite} main\n", encoding="utf-8")
        elif not is_debian():
            sources = foreign_sources()
        if sources is not None:
            options |= {"Dir::Etc::SourceList": sources, "Dir::Etc::SourceParts": folder / "empty"}
        self._options = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]

    def update(self) -> subprocess.CompletedProcess:
        return self.run("apt-get", "update")

    def search(self, start: str) -> list[str]:
        """The names that begin so of all packages that can be had."""
        found = self.run("apt-cache", "search", "--names-only", f"^{re.escape(start)}").stdout
        return [line.split(" - ")[0] for line in found.splitlines()]

    def download(self, packages: list[str], to: Path, what: str) -> None:
        shutil.rmtree(to, ignore_errors=True)  # an older version's would not be told from the new one
        to.mkdir(parents=True)
        got = self.run("apt-get", "download", *packages, cwd=to)
        if got.returncode:
            raise Problem(f"fetching {what} failed{complaint(got)}")

    def run(self, program: str, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess:
        # In the words that are looked for, whatever language the user speaks.
        return subprocess.run([program, *self._options, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, cwd=cwd, env={**os.environ, "LC_ALL": "C.UTF-8"})


def os_release(key: str) -> str:
    """A value of /etc/os-release, or ""."""
    try:
        found = re.search(rf"^{key}=\"?([^\"\n]*)\"?$", Path("/etc/os-release").read_text(encoding="utf-8"), re.M)
    except OSError:
        return ""
    return found[1] if found else ""


def is_debian() -> bool:
    return os_release("ID") == "debian"


def foreign_sources() -> Path:
    if not FOREIGN_SOURCES.exists():
        raise Problem("this comes from Debian's packages, and this machine is no Debian: write Debian's sources into "
                      f"{shown(FOREIGN_SOURCES)}, a line such as deb [signed-by=KEYRING] URL SUITE main (sources.list(5)); "
                      "the package debian-archive-keyring has the keys")
    return FOREIGN_SOURCES


def mirror() -> str:
    """Where this machine gets its own Debian from: there the other suites are too."""
    if not is_debian():
        found = mirror_of_line(foreign_sources().read_text(encoding="utf-8"))
    else:
        done = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        found = mirror_of_targets(done.stdout, os_release("VERSION_CODENAME"))
    if not found:
        raise Problem("apt's sources on this machine name no Debian from which other packages could come (sources.list(5))")
    return found


def mirror_of_line(sources: str) -> str:
    found = re.search(r"^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)", sources, re.M)
    return found[1] if found else ""


def mirror_of_targets(targets: str, codename: str) -> str:
    """Out of lines of URL, suite and component. Others than Debian have suites of its names too: what ends as Debian's does comes first."""
    urls = [url for url, suite, component in (line.split() for line in targets.splitlines() if line.count(" ") == 2)
            if suite == codename and component == "main"]
    return next((url for url in urls if url.rstrip("/").endswith("/debian")), urls[0] if urls else "")


def _signed_by() -> str:
    keyring = next((file for file in _KEYRINGS if file.is_file()), None)
    return f"[signed-by={keyring}] " if keyring else ""


def complaint(done: subprocess.CompletedProcess) -> str:
    lines = [line for line in done.stderr.splitlines() if line.startswith("E:")]
    return f": {lines[-1][2:].strip()}" if lines else ""


def unpack(package: Path, to: Path) -> None:
    done = subprocess.run(["dpkg-deb", "-x", package, to], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise Problem(f"unpacking {package.name} failed: {done.stderr.strip()}")
