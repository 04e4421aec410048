# SPDX-License-Identifier: Apache-2.0
"""Every tool and library with its version, what is wrong with it and how to mend that."""

import argparse
import json
import re
import shutil
import sys
from dataclasses import asdict, dataclass

from .. import process
from ..paths import ROOT
from ..sizes import GIB

PACKAGES = ROOT / "scripts" / "packages.txt"


@dataclass
class Finding:
    """One line of the report. `problem` is empty where all is well."""

    name: str
    purpose: str  # demo: needed to build, run and look; tests: for scripts/test as well; optional: makes it quicker
    version: str
    package: str
    problem: str = ""
    mend: str = ""


@dataclass(frozen=True)
class _Tool:
    package: str
    commands: tuple[str, ...]  # any of these
    at_least: tuple[int, ...] = ()
    arguments: tuple[str, ...] = ("--version",)


_TOOLS = (
    _Tool("cmake", ("cmake",), (3, 25)),
    _Tool("ninja-build", ("ninja",)),
    _Tool("g++", ("g++",), (12,)),
    _Tool("g++-aarch64-linux-gnu", ("aarch64-none-elf-g++", "aarch64-linux-gnu-g++"), (12,)),
    _Tool("binutils-aarch64-linux-gnu", ("aarch64-linux-gnu-addr2line",)),
    _Tool("qemu-system-arm", ("qemu-system-aarch64",), (7, 2)),
    _Tool("pkg-config", ("pkg-config",)),
    _Tool("babeltrace2", ("babeltrace2",), (2,)),
    _Tool("gdb-multiarch", ("gdb-multiarch",)),
    _Tool("qemu-utils", ("qemu-img",), (7, 2)),
    _Tool("xvfb", ("Xvfb",), arguments=()),
    _Tool("xauth", ("xauth",), arguments=("-V",)),
    _Tool("xdotool", ("xdotool",), arguments=()),
    _Tool("imagemagick", ("compare",), arguments=("-version",)),
    _Tool("python3-sphinx", ("sphinx-build",), (5,)),
)

# Libraries, by pkg-config's names.
_LIBRARIES = {
    "libimgui-dev": "imgui", "libglfw3-dev": "glfw3", "libgl-dev": "gl", "libopengl-dev": "opengl",
    "libegl-dev": "egl", "libcli11-dev": "CLI11", "libfmt-dev": "fmt", "nlohmann-json3-dev": "nlohmann_json",
    "zlib1g-dev": "zlib", "libsqlite3-dev": "sqlite3", "libstb-dev": "stb", "catch2": "catch2",
}

DISK_NEEDED = 2 * GIB
_WORDS = {"tests": "(for the tests only)", "optional": "(not needed: with it, what was compiled once is not compiled again)"}


def packages() -> dict[str, tuple[str, str]]:
    """Of packages.txt: package to (purpose, why)."""
    rows = {}
    for line in PACKAGES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            package, purpose, why = line.split(None, 2)
            rows[package] = (purpose, why)
    return rows


def examine() -> list[Finding]:
    rows = packages()
    findings = [_python()]
    for tool in _TOOLS:
        findings.append(_tool(tool, rows[tool.package][0]))
    for package, library in _LIBRARIES.items():
        findings.append(_library(package, library, rows[package][0]))
    examined = {finding.package for finding in findings}
    for package, (purpose, _why) in rows.items():
        if package not in examined and shutil.which("dpkg-query"):
            findings.append(_package(package, purpose))
    findings.append(_ccache())
    findings.append(_disk())
    return findings


def _install(package: str) -> str:
    return f"apt-get install --no-install-recommends {package}   (or scripts/install --tests for everything)"


def _python() -> Finding:
    # scripts/ws has refused anything older already.
    return Finding("python3", "demo", ".".join(map(str, sys.version_info[:3])), "python3")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _tool(tool: _Tool, purpose: str) -> Finding:
    command = next((found for found in tool.commands if shutil.which(found)), None)
    if command is None:
        return Finding(tool.commands[-1], purpose, "", tool.package, "not found in PATH", _install(tool.package))
    said = process.first_line([command, *tool.arguments]) if tool.arguments else ""
    # The compilers put their packager's version in brackets before their own.
    match = re.search(r"\d+(\.\d+)+", re.sub(r"\(.*?\)", "", said))
    finding = Finding(command, purpose, match[0] if match else _package_version(tool.package), tool.package)
    if tool.arguments and not said:
        finding.problem, finding.mend = "does not start", f"try {command} {tool.arguments[0]} by hand"
    elif match and _numbers(match[0]) < tool.at_least:
        finding.problem = f"too old: {'.'.join(map(str, tool.at_least))} or later is needed"
        finding.mend = _install(tool.package)
    elif command == "qemu-system-aarch64" and match and match[0] == "7.2.0":
        finding.problem = "7.2.0 itself stops at some breakpoints with an assertion; later 7.2 releases do not"
        finding.mend = "apt-get install --only-upgrade qemu-system-arm"
    return finding


def _library(package: str, library: str, purpose: str) -> Finding:
    if not shutil.which("pkg-config"):
        return Finding(library, purpose, "", package, "cannot tell without pkg-config", _install("pkg-config"))
    version = process.first_line(["pkg-config", "--silence-errors", "--modversion", library])
    if not version and library == "catch2":  # called so from version 3 on
        version = process.first_line(["pkg-config", "--silence-errors", "--modversion", "catch2-with-main"])
    if not version:
        return Finding(library, purpose, "", package, "library not found", _install(package))
    return Finding(library, purpose, version, package)


def _package_version(package: str) -> str:
    told = process.first_line(["dpkg-query", "-W", "-f=${db:Status-Status} ${Version}", package]).split()
    return told[1] if len(told) == 2 and told[0] == "installed" else ""


def _package(package: str, purpose: str) -> Finding:
    version = _package_version(package)
    if not version:
        return Finding(package, purpose, "", package, "not installed", _install(package))
    return Finding(package, purpose, version, package)


def _ccache() -> Finding:
    """The build uses it where it is (cmake/ccache.cmake), and does without."""
    if not shutil.which("ccache"):
        return Finding("ccache", "optional", "not installed", "ccache")
    said = re.search(r"\d+(\.\d+)+", process.first_line(["ccache", "--version"]))
    return Finding("ccache", "optional", said[0] if said else _package_version("ccache"), "ccache")


def _disk() -> Finding:
    free = shutil.disk_usage(ROOT).free
    finding = Finding("free disk", "demo", f"{free / GIB:.1f} GiB", "")
    if free < DISK_NEEDED:
        finding.problem = f"builds and runs take up to {DISK_NEEDED // GIB} GiB"
        finding.mend = f"free some space where {ROOT} is; scripts/ws writes to build/ and out/ alone"
    return finding


def add_arguments(one: argparse.ArgumentParser) -> None:
    one.add_argument("--json", action="store_true", help="as data")
    one.set_defaults(do=lambda asked: main(asked.json))


def main(as_json: bool) -> int:
    findings = examine()
    broken = [finding for finding in findings if finding.problem]
    needed = [finding for finding in broken if finding.purpose == "demo"]
    if as_json:
        print(json.dumps({"ok": not needed, "tools": [asdict(finding) for finding in findings]}, indent=2))
        return 1 if needed else 0
    for finding in findings:
        mark = "ok" if not finding.problem else ("MISSING" if finding.purpose == "demo" else "missing")
        print(f"{mark:8}{finding.name:28}{finding.version or '-':28}{_WORDS.get(finding.purpose, '')}".rstrip())
        if finding.problem:
            print(f"{'':8}{finding.problem}\n{'':8}mend: {finding.mend}")
    if needed:
        print(f"\n{len(needed)} of what is needed to build and run is missing or wrong.")
    elif broken:
        print("\nAll that is needed to build, run and look is there; some of what the tests need is not.")
    else:
        print("\nAll is well.")
    return 1 if needed else 0
