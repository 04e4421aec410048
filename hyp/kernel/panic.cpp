// SPDX-License-Identifier: Apache-2.0
#include "../base/panic.hpp"

#include "../base/print.hpp"
#include "../boot/board_info.hpp"
#include "../boot/image.hpp"
#include "../boot/run_page.hpp"
#include "../cpu/cpu.hpp"
#include "../platform/power.hpp"
#include "line.hpp"
#include "machine_report.hpp"
#include "run_report.hpp"
#include "symbols.hpp"

namespace ws {

namespace {

/// How often panic was entered: the report itself may fail. And by whom: of two CPUs the first one reports.
unsigned panics = 0;
const Cpu* panicking = nullptr;

bool at_el2() { return reg::CurrentEL::EL.get(hw::read<reg::CurrentEL>()) == 2; }

void print_place(u64 pc) {
    print("  ", hex(pc, 8));
    const Symbol symbol = find_symbol(pc);
    if (symbol.name != nullptr) print("  ", symbol.name, " + ", hex(pc - symbol.address));
    print("\n");
}

/// Can a frame record be here? In the image are the CPUs' stacks, behind it those of the threads, which the lowvisor at
/// EL2 (split) has not mapped. All of it is mapped one to one.
bool may_be_stack(u64 address) {
    const bool maps_all = !at_el2() || ThisDesign::kKernelEl == 2;
    const u64 end = maps_all && board.memory.bytes != 0 ? (board.memory.end() + (0 - board.options.reserve)).value
                                                        : reinterpret_cast<u64>(image_end);
    return address % 16 == 0 && address >= reinterpret_cast<u64>(image_start) && address + 16 <= end;
}

/// AAPCS64 frame records: [x29] is the caller's record, [x29 + 8] where it continues. Any address is checked first.
void print_callers(u64 frame) {
    for (int depth = 0; depth < 32; ++depth) {
        if (!may_be_stack(frame)) break;
        const u64* record = reinterpret_cast<const u64*>(frame);
        if (record[1] == 0) break;
        print_place(record[1] - 4);  // the call, not where it returns to
        if (record[0] <= frame) break;
        frame = record[0];
    }
}

/// The report of a report: nothing but the verdict and the way out.
void stop_if_recursive() {
    const Cpu* const here = &running_cpu();
    if (panicking != nullptr && panicking != here) {
        for (;;) hw::wfi();
    }
    panicking = here;
    if (panics++ == 0) return;
    if (panics == 2) {
        print("\n*** hypervisor panic within a panic\n");
        if (run_page_open()) run_page().verdict = trace::Verdict::hypervisor_panic;
    }
    power_off();
}

[[noreturn]] void finish(const Line& line) { end_run(trace::Verdict::hypervisor_panic, 0, line.text()); }

constexpr const char* kVectorSource[] = {"the current EL with SP_EL0", "the current EL", "a lower EL",
                                         "a lower EL in AArch32"};
constexpr const char* kVectorKind[] = {"synchronous exception", "IRQ", "FIQ", "SError"};

}  // namespace

extern "C" [[noreturn]] void panic_exception(const PanicFrame& frame) {
    stop_if_recursive();
    const bool el2 = at_el2();
    const u64 esr = el2 ? hw::read<reg::ESR_EL2>() : hw::read<reg::ESR_EL1>();
    const u64 elr = el2 ? hw::read<reg::ELR_EL2>() : hw::read<reg::ELR_EL1>();
    const u64 spsr = el2 ? hw::read<reg::SPSR_EL2>() : hw::read<reg::SPSR_EL1>();
    const u64 far = el2 ? hw::read<reg::FAR_EL2>() : hw::read<reg::FAR_EL1>();

    Line line;
    line.add("unexpected ");
    line.add(kVectorKind[frame.vector % 4]);
    line.add(" from ");
    line.add(kVectorSource[frame.vector / 4 % 4]);
    line.add(el2 ? " at EL2, ESR " : " at EL1, ESR ");
    line.add(hex(esr));
    line.add(", ELR ");
    line.add(hex(elr));
    print("\n*** hypervisor panic (", ThisDesign::kName, "): ", line.text(), "\n");
    print("  vector ", hex(frame.vector * 0x80, 3), ", SPSR ", hex(spsr, 8), ", FAR ", hex(far, 8), "\n");
    print_syndrome(el2 ? "ESR_EL2" : "ESR_EL1", esr);
    print_general_registers(frame.x);
    print("  sp  ", hex(frame.sp, 16), "\n");
    print("backtrace\n");
    print_place(elr);
    print_callers(frame.x[29]);
    finish(line);
}

void panic(const char* why) {
    stop_if_recursive();
    Line line;
    line.add(why);
    print("\n*** hypervisor panic (", ThisDesign::kName, "): ", line.text(), "\n");
    print("backtrace\n");
    print_callers(reinterpret_cast<u64>(__builtin_frame_address(0)));
    finish(line);
}

void panic(const char* why, u64 value) {
    stop_if_recursive();
    Line line;
    line.add(why);
    line.add(": ");
    line.add(hex(value));
    print("\n*** hypervisor panic (", ThisDesign::kName, "): ", line.text(), "\n");
    print("backtrace\n");
    print_callers(reinterpret_cast<u64>(__builtin_frame_address(0)));
    finish(line);
}

}  // namespace ws
