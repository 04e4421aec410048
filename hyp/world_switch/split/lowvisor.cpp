// SPDX-License-Identifier: Apache-2.0
// The lowvisor's own life: its tables, its start, and what it does for the kernel besides running vCPUs.
#include "lowvisor.hpp"

#include "../../arch/hw/maintenance.hpp"
#include "../../arch/pstate.hpp"
#include "../../arch/res1.hpp"
#include "../../base/spin_lock.hpp"
#include "../../boot/board_info.hpp"
#include "../../boot/el2_setup.hpp"
#include "../../boot/image.hpp"
#include "../../boot/run_page.hpp"
#include "../../boot/translation_setup.hpp"
#include "../../cpu/cpu.hpp"
#include "../../trace/host_trap.hpp"
#include "../guest_entry.hpp"
#include "../kernel_entry.hpp"
#include "../tlb_maintenance_at_el2.hpp"
#include "this_design.hpp"

namespace ws {

namespace {

/// EL2's tables. The kernel's, at EL1, are others: the lowvisor maps only what it works on.
AddressSpace lowvisor_space(Regime::el2);
SpinLock lowvisor_space_lock;  // VMMs on several CPUs may create vCPUs at the same time

constexpr u64 kUnknownCall = ~u64{0};
constexpr u64 kRefused = ~u64{0} - 1;

u64 share_pages(u64 start, u64 bytes) {
    // What the image's parts may be used for stays as it is. (The kernel is trusted: its own tables map all of RAM.)
    const PaRange wanted{Pa(start), bytes};
    const PaRange image{image_address(image_start), image_address(image_end) - image_address(image_start)};
    if (bytes == 0 || start % 4096 != 0 || bytes % 4096 != 0 || wanted.overlaps(image)) return kRefused;
    {
        Locked locked(lowvisor_space_lock);
        lowvisor_space.map(wanted.start, wanted.bytes, Access::read_write);
    }
    hw::dsb_ish();
    hw::isb();
    return 0;
}

void map_lowvisor_space() {
    map_image(lowvisor_space);
    lowvisor_space.map(board.uart.start, 4096, Access::device);  // for the panic report
    lowvisor_space.map(Pa(reinterpret_cast<u64>(&run_page())), board.options.reserve, Access::read_write);
}

u64 maintain_tlbs(u64 scope, u64 vttbr, u64 ipa) {
    maintain_tlbs_at_el2({static_cast<trace::TlbScope>(scope), vttbr, Ipa(ipa)});
    return 0;
}

}  // namespace

/// This CPU's EL2 from reset to the kernel's first instruction at EL1.
void ThisDesign::start_el2(Cpu& cpu) {
    prepare_el2(cpu);
    if (cpu.id == 0) map_lowvisor_space();
    hw::tlb_invalidate_el2();
    turn_on_el2_translation(lowvisor_space);
    hw::write<reg::VBAR_EL2>(host_vectors_address());

    start_trace_clock();
    start_trace(cpu.id);
    hw::write<reg::TPIDR_EL1>(reinterpret_cast<u64>(&cpu));
    hw::write<reg::SCTLR_EL1>(res1::kSctlrEl1);  // unknown at reset where there is an EL2
    hw::write<reg::ELR_EL2>(reinterpret_cast<u64>(&split_kernel_start));
    hw::write<reg::SPSR_EL2>(kEl1hMasked);
    lowvisor_enter_kernel();
}

extern "C" u64 lowvisor_host_call(HostCall call, u64 argument1, u64 argument2, u64 clock) {
    trace::host_trap(clock);
    switch (call) {
        case HostCall::run_vcpu: return lowvisor_run_vcpu(*reinterpret_cast<VcpuContext*>(argument1));
        case HostCall::share_pages: return share_pages(argument1, argument2);
        case HostCall::tlb_page: return maintain_tlbs(static_cast<u64>(trace::TlbScope::page), argument1, argument2);
        case HostCall::tlb: return maintain_tlbs(argument1, argument2, 0);
    }
    return kUnknownCall;
}

}  // namespace ws
