# SPDX-License-Identifier: Apache-2.0
"""A student's image: the objects of the base build, but for those that a changed file is in. Two links and one to three objects take seconds
where a build of its own would take minutes; and nothing of a submission but its files is ever used, no build file and no object."""

import os
import re
import resource
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .. import process
from ..paths import ROOT
from .base_build import BASE, BUILT
from .confinement import Confinement
from .trouble import GraderTrouble

SHOWN_LINES = 24  # of what a compiler says
SECONDS = 120  # for one command; a compiler that takes longer does not come to an end


class DoesNotBuild(Exception):
    """What the compiler or the linker said of a student's file."""


@dataclass(frozen=True)
class _Object:
    """An object of an image: where it is, what it is made of, and how."""

    file: str  # from the base build's folder, as the links have it
    source: Path
    command: tuple[str, ...]


@dataclass(frozen=True)
class _Steps:
    """How the base build makes an image."""

    objects: dict[str, _Object]
    links: list[list[str]]  # of a hypervisor the first image's, then the image's own


@cache
def _steps(target: str, output: str, wanted_links: int) -> _Steps:
    """`output`: what the names of the linked files begin with."""
    objects, links = {}, []
    for line in _ninja("-t", "commands", target).splitlines():
        words = shlex.split(line.split(" && ")[1] if line.startswith(": && ") else line)
        if "-c" in words and "-o" in words:
            file = words[words.index("-o") + 1]
            objects[file] = _Object(file, Path(words[words.index("-c") + 1]), tuple(words))
        elif line.startswith(": && ") and words[words.index("-o") + 1].split("/")[-1].startswith(output):
            links.append(words)
    if len(links) != wanted_links:
        raise GraderTrouble(f"{BASE} does not make {target} as expected: scripts/ws build --hyp")
    return _Steps(objects, links)


@cache
def _dependants() -> dict[str, frozenset[str]]:
    """By a source or header, from the repository's root, the objects that it is in."""
    found: dict[str, set[str]] = {}
    for part in _ninja("-t", "deps").split("\n\n"):
        first, *rest = part.splitlines() or [""]
        for line in rest:
            path = os.path.normpath(BUILT / line.strip())
            if path.startswith(f"{ROOT}/"):
                found.setdefault(path.removeprefix(f"{ROOT}/"), set()).add(first.split(":")[0])
    return {name: frozenset(objects) for name, objects in found.items()}


def _ninja(*arguments: str) -> str:
    done = subprocess.run(["ninja", "-C", BASE, "--quiet", *arguments], capture_output=True, text=True, stdin=process.DEVNULL)
    if done.returncode:
        raise GraderTrouble(f"{BASE} cannot be asked how it builds: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def relink(design: str, level: str, tree: Path, files: list[str], out: Path, confinement: Confinement = Confinement()) -> Path:
    """The image of a design, as a .bin with the ELF beside it, with these files (from the repository's root) as `tree` has them; the rest of
    `tree` must be as the base build's sources are. Warnings are shown, and stop nothing."""
    steps = _steps(f"hyp-{design}-{level}", "hyp-", 2)
    replaced = _compiled(steps, tree, files, out, confinement)
    first, last = steps.links
    symbols = out / "symbols.S"
    elf = out / f"hyp-{design}"
    _link(first, replaced, out / "first")
    _run([*_cmake_script("symbols.cmake"), f"-DNM={_tool('nm')}", f"-DIN={out / 'first'}", f"-DOUT={symbols}"], tree, scripts=True)
    its_symbols = next(name for name in last if name.endswith("symbols.S.obj"))
    replaced[its_symbols] = str(out / "symbols.obj")
    compile_symbols = list(steps.objects[its_symbols].command)
    compile_symbols[compile_symbols.index("-c") + 1] = str(symbols)
    _run(_without_dependencies(compile_symbols, replaced[its_symbols]), tree)
    _link(last, replaced, elf)
    return _flat(elf, tree)


def relink_guest(name: str, tree: Path, files: list[str], out: Path, confinement: Confinement = Confinement()) -> Path:
    """The same of a guest."""
    steps = _steps(f"guest-{name}", name, 1)
    replaced = _compiled(steps, tree, files, out, confinement)
    elf = out / name
    _link(steps.links[0], replaced, elf)
    return _flat(elf, tree)


def _compiled(steps: _Steps, tree: Path, files: list[str], out: Path, confinement: Confinement) -> dict[str, str]:
    """By the base build's objects that these files are in, the tree's."""
    changed = sorted({name for file in files for name in _dependants().get(file, ()) if name in steps.objects})
    out.mkdir(parents=True, exist_ok=True)
    theirs = out / "compiled"
    theirs.mkdir(exist_ok=True)
    confinement.give(theirs)
    replaced = {name: str(theirs / name.replace("/", "_")) for name in changed}

    def compile_one(name: str) -> None:
        _run([*confinement.prefix, *_compile_command(steps.objects[name], tree, replaced[name])], tree)
        _refuse_files_of_others(Path(replaced[name]).with_suffix(".s"), steps.objects[name].source)

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(compile_one, changed))
    return replaced


def _flat(elf: Path, tree: Path) -> Path:
    image = elf.with_suffix(".bin")
    _run([_tool("objcopy"), "-O", "binary", str(elf), str(image)], tree)
    return image


def _refuse_files_of_others(assembly: Path, source: Path) -> None:
    """An image has nothing in it of the machine that it is built on. What macros hide is not found; `#include` is done by then."""
    if assembly.is_file() and re.search(r"\.(incbin|include)\b", assembly.read_text(encoding="utf-8", errors="replace"), re.IGNORECASE):
        raise DoesNotBuild(f"{source.name}: .incbin and .include take a file of this machine into the image, and no lab needs one")


def _compile_command(one: _Object, tree: Path, to: str) -> list[str]:
    command = _without_dependencies([word for word in one.command if word != "-Werror"], to) + ["-save-temps=obj"]
    return [_in_tree(word, tree) for word in command]


def _in_tree(word: str, tree: Path) -> str:
    """The sources' paths in a command are the tree's, and what the build has generated is the base build's."""
    if word.startswith(f"-I{BUILT}/"):
        return f"-I{BASE}" + word[len(f"-I{BUILT}"):]
    for option in ("-I", ""):
        if word == f"{option}{ROOT}" or word.startswith((f"{option}{ROOT}/hyp/", f"{option}{ROOT}/guests/")):
            return option + str(tree) + word[len(option) + len(str(ROOT)):]
    return word


def _without_dependencies(command: list[str], to: str) -> list[str]:
    kept, words = [], iter(command)
    for word in words:
        if word in ("-MT", "-MF"):
            next(words)
        elif word == "-o":
            next(words)
            kept += ["-o", to]
        elif word != "-MD":
            kept.append(word)
    return kept


def _link(command: list[str], replaced: dict[str, str], to: Path) -> None:
    command = [replaced.get(word, word) for word in command]
    command[command.index("-o") + 1] = str(to)
    _run(command, BASE)


def _cmake_script(name: str) -> list[str]:
    return ["cmake", "-P", str(ROOT / "hyp/cmake" / name)]


def _tool(name: str) -> str:
    return f"aarch64-linux-gnu-{name}"


def _run(command: list[str], tree: Path, scripts: bool = False) -> None:
    if scripts:  # cmake wants its definitions before the script
        command = [command[0], *command[3:], *command[1:3]]
    try:
        done = subprocess.run(command, cwd=BASE, stdin=process.DEVNULL, capture_output=True, text=True, errors="replace", timeout=SECONDS,
                              env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}, preexec_fn=_limit)
    except FileNotFoundError:
        raise GraderTrouble(f"{command[0]} is not installed: scripts/ws doctor tells how to mend it") from None
    except subprocess.TimeoutExpired:
        raise DoesNotBuild(f"{Path(command[0]).name} did not come to its end in {SECONDS} s") from None
    said = done.stderr.replace(f"{tree}/", "").strip()
    if done.returncode < 0:
        raise GraderTrouble(f"{command[0]} was ended by signal {-done.returncode}")
    if done.returncode:
        raise DoesNotBuild(_first_lines(said) or f"{command[0]} failed")


def _limit() -> None:
    """A source can make a compiler work without end, or fill a disk."""
    for what, most in ((resource.RLIMIT_CPU, SECONDS // 2), (resource.RLIMIT_AS, 4 << 30), (resource.RLIMIT_FSIZE, 256 << 20)):
        resource.setrlimit(what, (most, most))


def _first_lines(said: str) -> str:
    """What follows the first mistakes is often their consequence."""
    lines = said.splitlines()
    return "\n".join(lines[:SHOWN_LINES] + ([f"({len(lines) - SHOWN_LINES} lines more)"] if len(lines) > SHOWN_LINES else []))
