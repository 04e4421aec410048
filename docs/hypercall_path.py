# SPDX-License-Identifier: Apache-2.0
"""What there is to read of one hypercall in each design, from the guest's HVC to its next instruction: counted in the sources.

PATH has the functions in the order in which they run. VOCABULARY has what they are written in: whole files, read once. What a
hypercall does not run is on no path: a packet that is full, an interrupt, a request to the vCPU.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DESIGNS = ("split", "el2", "vhe")
MOST = 900  # lines of a path
SPLIT, AT_EL2 = ("split",), ("el2", "vhe")

SWITCH = "hyp/world_switch/"
MACROS = "hyp/arch/hw/trace_macros.h"
RECORDS = "hyp/world_switch/switch_records.cpp"


@dataclass(frozen=True)
class Station:
    """Parts of a file that these designs run. Each begins in the one line with this text."""

    what: str
    file: str
    starts: tuple[str, ...]
    designs: tuple[str, ...] = DESIGNS


PATH = (
    Station("the vector: where the trap begins", SWITCH + "guest_entry.S", (".macro guest_vector ", "guest_vectors:")),
    Station("its time", MACROS, (".macro trace_clock_to_frame",)),
    Station("the general-purpose registers go to the vCPU, the host's come back", SWITCH + "guest_entry.S",
            (".macro for_callee_saved", "guest_exit:")),
    Station("", "hyp/arch/hw/register_moves.h", (".macro for_x2_to_x29", ".macro for_x19_to_x28")),
    Station("they are recorded", MACROS, (".macro trace_guest_exit", ".macro close_trace_window")),
    Station("", RECORDS, ("payload::trap trap_now(", "trace_record_guest_exit(")),
    Station("how an event is written, and what the recorder counts of itself", "hyp/trace/recorder.hpp",
            ("// The recorder: writes CTF", "kVectorInstructions = ", "struct Recorder {", "class Window {")),
    Station("", "hyp/arch/hw/copy_words.hpp", ("void copy_words(",)),
    Station("", "hyp/arch/hw/trace_clock.hpp", ("u64 read_trace_clock(", "kClosingInstructions = ", "void charge_recorder(")),
    Station("what the switch calls of it", "hyp/trace/points.hpp",
            ("enum class At ", "Recorder& recorder_here(", "void record(", "void event(", "void event_made(", "class StepScope ",
             "void last_step(", "void block(", "void save(", "void restore(", "void write_control(")),
    Station("why the guest trapped", SWITCH + "guest_entry.hpp",
            ("u64 guest_enter(", "u64 guest_vectors_address(", "u64 host_vectors_address(", "void save_exit_info(")),
    Station("the way in and out, step by step", SWITCH + "split/enter_exit.cpp",
            ("u64 lowvisor_run_vcpu(", "void save_timer(", "void save_vgic(", "void save_el1(", "void save_fp(", "void save_debug(",
             "void deactivate_traps(", "void leave_stage2(", "void restore_host_el1(", "void restore_host_fp(",
             "void restore_host_debug(", "void save_host_el1(", "void save_host_fp(", "void save_host_debug(", "void activate_traps(",
             "void enter_stage2(", "void restore_vgic(", "void restore_timer(", "void restore_el1(", "void restore_fp(",
             "void restore_debug("), SPLIT),
    Station("", SWITCH + "extension_state.hpp", ("void save_deferred_errors(", "void restore_deferred_errors("), SPLIT),
    Station("", "hyp/arch/hw/fp_registers.hpp",
            ("#define WS_FOR_V_PAIRS", "void save_v_registers(", "void restore_v_registers("), SPLIT),
    Station("the way in and out", SWITCH + "kernel_at_el2/enter_exit.cpp", ("void ThisDesign::run(",), AT_EL2),
    Station("its steps", SWITCH + "kernel_at_el2/every_exit.hpp",
            ("void save_vgic(", "void save_el1(", "void save_debug(", "void deactivate_traps(", "void restore_host_debug(",
             "void save_host_debug(", "void activate_traps(", "void restore_vgic(", "void restore_el1(", "void restore_debug("), AT_EL2),
    Station("", SWITCH + "kernel_entry.hpp", ("u64 kernel_vectors_address(",), AT_EL2),
    Station("", "hyp/arch/hw/barriers.hpp", ("void isb(", "void complete_walks("), AT_EL2),
    Station("", "hyp/arch/hw/barriers.hpp", ("void complete_walks(",), SPLIT),
    Station("down to the kernel at EL1, and up again", SWITCH + "split/host_vectors.S", ("host_vectors:", "host_call:"), SPLIT),
    Station("", MACROS, (".macro trace_host_eret", ".macro trace_host_clock", ".macro trace_pass_host_clock"), SPLIT),
    Station("", RECORDS, ("struct HostReturn ", "trace_record_host_eret("), SPLIT),
    Station("the kernel's call for it", SWITCH + "split/host_calls.cpp", ("void ThisDesign::run(",), SPLIT),
    Station("", "hyp/arch/hw/calls.hpp", ("u64 hvc(",), SPLIT),
    Station("the lowvisor takes the call", SWITCH + "split/lowvisor.hpp", ("enum class HostCall ",), SPLIT),
    Station("", SWITCH + "split/lowvisor.cpp", ("u64 lowvisor_host_call(",), SPLIT),
    Station("", "hyp/trace/host_trap.hpp", ("void host_trap(",), SPLIT),
    Station("the vCPU's loop", "hyp/run/vcpu_thread.cpp",
            ("bool has_requests(", "void enter_guest(", "void run_guest(")),
    Station("", "hyp/vtimer/virtual_timer.hpp", ("bool virtual_timer_needs_a_look(",)),
    Station("from the exit to its handler", "hyp/exits/dispatch.hpp", ("enum class Outcome ",)),
    Station("", "hyp/exits/dispatch.cpp", (" make_handlers() {", "Outcome handle_exit(")),
    Station("the handler", "hyp/exits/hypercall.cpp", ("void record(", "u64 call(", "Outcome handle_call(", "Outcome handle_hvc(")),
    Station("the last instructions before the guest", SWITCH + "guest_entry.S", ("guest_enter:",)),
    Station("", MACROS, (".macro trace_guest_entry", ".macro trace_tail_ends")),
    Station("", RECORDS, ("payload::eret eret_now(", "trace_record_guest_entry(")),
)

VOCABULARY = {
    "hyp/world_switch/design.hpp": "what a design must provide",
    "hyp/world_switch/vcpu_context.hpp": "what EL2 knows of a vCPU, and of the host",
    "hyp/world_switch/class_state.hpp": "the registers of a class, and how they are moved",
    "hyp/world_switch/trap_config.hpp": "what traps",
    "hyp/base/cpu_pointer.hpp": "the pointer to a CPU",
    "hyp/cpu/cpu.hpp": "what belongs to a CPU",
    "hyp/cpu/vcpu.hpp": "what the kernel knows of a vCPU",
    "hyp/arch/hw/sysreg_access.hpp": "MRS and MSR",
    "hyp/arch/registers.hpp": "registers and their fields",
    "hyp/arch/syndrome.hpp": "why an exception was taken",
    "hyp/trace/format/events.hpp": "the events",
    "hyp/trace/format/steps.def": "the steps",
}

# Not run, though the image's debug information names lines of it: the compiler has merged a load there with one on
# the path.
MERGED = (("hyp/run/vcpu_thread.cpp", "bool serve_requests("),)


@dataclass(frozen=True)
class Part:
    """Lines of a file, the first and the last, counted from 1."""

    file: str
    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


def part(file: str, start: str) -> Part:
    """What begins in the one line with `start`, with the comment above it and the body below."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    # A macro of trace_macros.h stands there a second time, empty, for builds that do not record.
    found = [at for at, line in enumerate(lines) if start in line and not (".macro" in line and ".endm" in lines[at + 1])]
    if len(found) != 1:
        raise ValueError(f"{file} has {len(found)} lines with \"{start.strip()}\": docs/hypercall_path.py needs one")
    return Part(file, _first(lines, found[0]) + 1, _last(lines, found[0]) + 1)


def _first(lines: list[str], at: int) -> int:
    """Comments, a template's head and the assembler's own words belong to what follows them."""
    while at > 0 and re.match(r"\s*(//(?! SPDX|  ?----)|template\b|\.type\b|\.global\b|\.balign\b)", lines[at - 1]):
        at -= 1
    return at


def _last(lines: list[str], at: int) -> int:
    line = lines[at]
    if line.startswith("//"):
        end = next(after for after in range(at, len(lines)) if not lines[after].startswith("//")) - 1
    elif line.startswith("#define"):
        end = next(after for after in range(at, len(lines)) if not lines[after].endswith("\\"))
    elif ".macro" in line:
        end = next(after for after in range(at, len(lines)) if ".endm" in lines[after])
    elif line.endswith(":"):
        end = next(after for after in range(at, len(lines)) if ".size" in lines[after] or not lines[after].strip())
        end -= not lines[end].strip()
    elif re.search(r"[;}]$", line.split("//")[0].rstrip()):
        end = at
    else:
        indent = re.match(" *", line)[0]
        end = next(after for after in range(at + 1, len(lines)) if lines[after].startswith(indent + "}"))
    return end


def path(design: str) -> list[tuple[Station, list[Part]]]:
    """The stations of a design with their lines."""
    told = [(station, [part(station.file, start) for start in station.starts]) for station in PATH if design in station.designs]
    seen: set[tuple[str, int]] = set()
    for one in (one for _, parts in told for one in parts):
        lines = {(one.file, line) for line in range(one.first, one.last + 1)}
        if seen & lines:
            raise ValueError(f"docs/hypercall_path.py counts lines {one.first} to {one.last} of {one.file} twice")
        seen |= lines
    return told


def length(design: str) -> int:
    return sum(one.count for _, parts in path(design) for one in parts)


def vocabulary() -> dict[str, int]:
    """File -> its lines."""
    return {file: len((ROOT / file).read_text(encoding="utf-8").splitlines()) for file in VOCABULARY}


def reference() -> str:
    """The page's tables."""
    words = vocabulary()
    lines = _table("", ["Design", "Lines of the path", "Of these the recorder's"],
                   [[f"``{design}``", f"{length(design):,}", f"{_recorders(design):,}"] for design in DESIGNS])
    for design in DESIGNS:
        rows = [[f"``{station.file}``", ", ".join(f"{one.first}-{one.last}" for one in sorted(parts, key=lambda one: one.first)),
                 str(sum(one.count for one in parts)), station.what] for station, parts in path(design)]
        lines += [design, "-" * len(design), "", *_table("40 30 8 22", ["File", "Lines", "How many", "What happens there"], rows)]
    lines += ["The vocabulary", "--------------", "",
              f"Whole files, {sum(words.values()):,} lines, the same for all designs. Two tables, in which one looks things up, are not counted: "
              "``hyp/arch/sysregs.def`` and ``hyp/trace/format/events.def``.", "",
              *_table("50 10 40", ["File", "Lines", "What it says"],
                      [[f"``{file}``", str(count), VOCABULARY[file]] for file, count in words.items()])]
    return "\n".join(lines) + "\n"


def _recorders(design: str) -> int:
    """The lines that only a build that records has."""
    return sum(one.count for _, parts in path(design) for one in parts if re.search("trace|records|copy_words", one.file))


def _table(widths: str, heads: list[str], rows: list[list[str]]) -> list[str]:
    lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {widths or 'auto'}", ""]
    for row in (heads, *rows):
        lines += [f"   {'* -' if at == 0 else '  -'} {cell}".rstrip() for at, cell in enumerate(row)]
    return [*lines, ""]


if __name__ == "__main__":
    for one_design in DESIGNS:
        print(f"{one_design:6}{length(one_design):5} lines, {_recorders(one_design)} of them the recorder's")
    print(f"vocabulary {sum(vocabulary().values())}")
