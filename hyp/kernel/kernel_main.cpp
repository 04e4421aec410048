// SPDX-License-Identifier: Apache-2.0
#include "kernel_main.hpp"

#include "../boot/board_info.hpp"
#include "../boot/image.hpp"
#include "cpu.hpp"
#include "panic.hpp"
#include "run_report.hpp"
#include "vm.hpp"

namespace ws {

AddressSpace kernel_space(Regime::el1);

void map_kernel_space() {
    const Pa image = image_address(image_start);
    const Pa end = image_address(image_end);
    kernel_space.map(board.memory.start, image - board.memory.start, Access::read_write);
    map_image(kernel_space);
    kernel_space.map(end, board.memory.end() - end, Access::read_write);
    kernel_space.map(board.uart.start, 4096, Access::device);
}

void start_trace(u32 cpu_id) {
    trace::RingControl& ring = run_page().rings[cpu_id];
    u8* const packets = reinterpret_cast<u8*>(&run_page()) + ring.first_packet;
    trace::start(cpus[cpu_id].recorder, ring, packets, cpu_id);
}

void kernel_main() {
    if (board.module_count != 1) panic("expected one guest (a multiboot,module in /chosen), found", board.module_count);
    if (board.options.vm_cpus != 1) panic("a VM has one vCPU so far, vm.cpus is", board.options.vm_cpus);
    Vm& vm = create_vm(board.modules[0], board.options.vm_memory);
    run_vm(vm);
}

}  // namespace ws
