// SPDX-License-Identifier: Apache-2.0
// The el2 design's start: EL2 becomes the home of the kernel, and EL1 a place that its processes pass.
#include "../../arch/hw/maintenance.hpp"
#include "../../boot/el2_setup.hpp"
#include "../../boot/image.hpp"
#include "../../boot/translation_setup.hpp"
#include "../../cpu/cpu.hpp"
#include "../guest_entry.hpp"
#include "../kernel_entry.hpp"
#include "../tlb_maintenance_at_el2.hpp"

namespace ws {

namespace {

extern "C" const u8 user_shim[];  // user_shim.S

/// What EL1 sees of the kernel's memory: the shim's page, to execute. Processes' tables begin with it.
AddressSpace shim_space(Regime::el1);

/// EL1 as processes need it. From now on it changes only between this and what a guest makes of it.
void prepare_el1() {
    turn_on_el1_translation(shim_space);
    hw::write<reg::VBAR_EL1>(reinterpret_cast<u64>(user_shim));
    hw::write<reg::CPACR_EL1>(reg::CPACR_EL1::FPEN.of(kFpenNotEl0));
    hw::write<reg::CNTKCTL_EL1>(0);  // no timer for processes; unknown at reset
}

}  // namespace

void ThisDesign::start_el2(Cpu& cpu) {
    prepare_el2(cpu);
    if (cpu.id == 0) {
        map_kernel_space();
        shim_space.map(Pa(reinterpret_cast<u64>(user_shim)), 4096, Access::read_execute);
    }
    hw::tlb_invalidate_el2();
    turn_on_el2_translation(kernel_space);
    hw::write<reg::VBAR_EL2>(kernel_vectors_address());
    prepare_el1();

    start_trace_clock();
    start_trace(cpu.id);
    kernel_main(cpu);
}

void ThisDesign::maintain_tlbs(const TlbMaintenance& what) { maintain_tlbs_at_el2(what); }

const AddressSpace& ThisDesign::space_below_processes() { return shim_space; }

}  // namespace ws
