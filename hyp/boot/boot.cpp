// SPDX-License-Identifier: Apache-2.0
// From the first line of C++ to the kernel's: read the board, say where the trace goes, then let the design prepare
// EL2 and enter the kernel. The MMU is off until the design turns it on.
#include "../base/panic.hpp"
#include "../cpu/cpu.hpp"
#include "../platform/qemu_virt/pl011.hpp"
#include "../world_switch/design.hpp"
#include "board_info.hpp"
#include "image.hpp"
#include "run_page.hpp"
#include "this_design.hpp"

namespace ws {

static_assert(Design<ThisDesign>);

namespace {

/// The top `reserve` bytes of RAM.
PaRange reserved_range() {
    const u64 bytes = board.options.reserve;
    constexpr u64 kUnit = 2 * 1024 * 1024;
    if (bytes == 0 || bytes % kUnit != 0 || bytes >= board.memory.bytes) {
        panic("reserve=BYTES must be a multiple of 2 MiB and less than RAM, and is", bytes);
    }
    return {board.memory.end() + (0 - bytes), bytes};
}

void name_cpus() {
    for (u32 i = 0; i < board.cpu_count; ++i) {
        cpus[i].id = i;
        cpus[i].mpidr = board.cpu_mpidr[i];
        cpus[i].el2_stack = el2_stacks[i] + kCpuStackBytes;
        cpus[i].kernel_stack = kernel_stacks[i] + kCpuStackBytes;
    }
}

}  // namespace

extern "C" [[noreturn]] void boot_main(const void* device_tree) {
    read_board_info(device_tree, board);
    pl011::set_base(board.uart.start);
    const PaRange reserved = reserved_range();
    if (reserved.start < image_address(image_end))
        panic("the reserved part of RAM reaches into the image", reserved.start.value);
    open_run_page(reserved.start, reserved.bytes, board.cpu_count);
    name_cpus();
    ThisDesign::start_el2(cpus[0]);
}

/// The same, for a CPU that the kernel has switched on.
extern "C" [[noreturn]] void secondary_main(Cpu& cpu) { ThisDesign::start_el2(cpu); }

extern "C" [[noreturn]] void boot_wrong_exception_level() {
    panic("started at EL1: QEMU needs -M virt,virtualization=on");
}

}  // namespace ws
