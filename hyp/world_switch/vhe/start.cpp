// SPDX-License-Identifier: Apache-2.0
// The VHE design's start: EL2 becomes the home of the kernel.
#include "../../arch/hw/maintenance.hpp"
#include "../../base/panic.hpp"
#include "../../boot/el2_setup.hpp"
#include "../../boot/translation_setup.hpp"
#include "../../cpu/cpu.hpp"
#include "../guest_entry.hpp"
#include "../kernel_entry.hpp"
#include "../tlb_maintenance_at_el2.hpp"

namespace ws {

void ThisDesign::start_el2(Cpu& cpu) {
    if (reg::ID_AA64MMFR1_EL1::VH.get(hw::read<reg::ID_AA64MMFR1_EL1>()) == 0) {
        panic("this CPU has no VHE: run the vhe design on neoverse-n1, cortex-a76 or max");
    }
    prepare_el2(cpu);
    if (cpu.id == 0) map_kernel_space();
    hw::tlb_invalidate_el2();
    turn_on_el1_translation(kernel_space);  // EL1 names: E2H takes them to EL2's registers
    hw::write<reg::VBAR_EL2>(kernel_vectors_address());

    start_trace_clock();
    start_trace(cpu.id);
    kernel_main(cpu);
}

void ThisDesign::maintain_tlbs(const TlbMaintenance& what) { maintain_tlbs_at_el2(what); }

const AddressSpace& ThisDesign::space_below_processes() { return kernel_space; }

}  // namespace ws
