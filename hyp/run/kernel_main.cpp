// SPDX-License-Identifier: Apache-2.0
#include "../world_switch/kernel_entry.hpp"

#include "../arch/hw/maintenance.hpp"
#include "../base/panic.hpp"
#include "../boot/board_info.hpp"
#include "../boot/image.hpp"
#include "../boot/run_page.hpp"
#include "../cpu/cpu.hpp"
#include "../exits/id_registers.hpp"
#include "../kernel/console.hpp"
#include "../kernel/interrupts.hpp"
#include "../kernel/memory_pool.hpp"
#include "../kernel/scheduler.hpp"
#include "../kernel/vm.hpp"
#include "../platform/gic_v3.hpp"
#include "../platform/power.hpp"
#include "../user/host_devices.hpp"
#include "../user/process.hpp"
#include "../world_switch/own_registers.hpp"
#include "vcpu_thread.hpp"

namespace ws {

AddressSpace kernel_space(own::kByEl2Names ? Regime::el2 : Regime::el1);

void map_kernel_space() {
    const Pa image = image_address(image_start);
    const Pa end = image_address(image_end);
    kernel_space.map(board.memory.start, image - board.memory.start, Access::read_write);
    map_image(kernel_space);
    kernel_space.map(end, board.memory.end() - end, Access::read_write);
    kernel_space.map(board.uart.start, 4096, Access::device);
    kernel_space.map(board.gic_distributor.start, board.gic_distributor.bytes, Access::device);
    kernel_space.map(board.gic_redistributors.start, gic::kRedistributorBytes * board.cpu_count, Access::device);
    for (u32 i = 0; i < board.virtio_slot_count; ++i)
        kernel_space.map(board.virtio_slots[i].page(), 4096, Access::device);
}

void start_trace(u32 cpu_id) {
    trace::RingControl& ring = run_page().rings[cpu_id];
    u8* const packets = reinterpret_cast<u8*>(&run_page()) + ring.first_packet;
    trace::start(cpus[cpu_id].recorder, ring, packets, cpu_id);
}

namespace {

void start_idle_thread(Cpu& cpu) {
    cpu.idle.may_run_on = 1U << cpu.id;
    cpu.idle.last_cpu = cpu.id;
    cpu.idle.state = Thread::State::running;
    cpu.current = &cpu.idle;
    cpu.is_idle = true;
}

/// Another CPU starts with its caches off: what it is to find, and the stack that it will write past the caches, must
/// not linger in ours.
void start_cpu(Cpu& cpu) {
    hw::clean_to_memory(HostVa(reinterpret_cast<u64>(&cpu)), sizeof(Cpu));
    hw::clean_to_memory(HostVa(reinterpret_cast<u64>(cpu.el2_stack - kCpuStackBytes)), kCpuStackBytes);
    switch_cpu_on(cpu.mpidr, reinterpret_cast<u64>(&secondary_start), reinterpret_cast<u64>(&cpu));
}

/// What is done once, before the other CPUs run.
void open_machine() {
    if (board.module_count == 0) panic("no guest: expected a multiboot,module in /chosen");
    open_memory_pool();
    open_interrupts();
    open_interrupts_of_this_cpu();
    open_console_input();
    open_feature_registers();
    open_vmids(board.options.vmids);
    open_host_devices();
    constexpr u64 kMicrosecondsPerSecond = 1'000'000;
    set_time_slice(hw::read<reg::CNTFRQ_EL0>() * board.options.slice / kMicrosecondsPerSecond);
}

}  // namespace

void kernel_main(Cpu& cpu) {
    start_idle_thread(cpu);
    if (cpu.id != 0) {
        open_interrupts_of_this_cpu();
        run_idle();
    }
    open_machine();
    for (u32 i = 1; i < board.cpu_count; ++i) start_cpu(cpus[i]);
    for (u32 i = 0; i < board.module_count; ++i) prepare_vm(i + 1, board.modules[i]);
    for (u32 i = 0; i < board.module_count; ++i) wake_thread(find_vm(i + 1)->process->threads[0].thread);
    run_idle();
}

}  // namespace ws
