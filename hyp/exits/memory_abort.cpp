// SPDX-License-Identifier: Apache-2.0
// Stage 2 aborts: memory that is touched for the first time, memory that is protected, a device, or nothing at all
// (KVM: kvm_handle_guest_abort).
#include "../kernel/guest_memory.hpp"
#include "../arch/syndrome.hpp"
#include "dispatch.hpp"
#include "inject.hpp"
#include "mmio.hpp"

namespace ws {

namespace {

/// The address as the guest believes it to be physical.
Ipa faulting_address(const ExitInfo& exit) {
    return Ipa(reg::HPFAR_EL2::FIPA.get(exit.hpfar) << 12 | (exit.far & 0xfff));
}

/// Is the abort stage 2's, which leaves the address in HPFAR_EL2? With HCR_EL2.TEA an external abort comes here as well.
bool is_stage2_fault(u64 esr) { return is_translation_fault(esr) || is_permission_fault(esr) || is_access_flag_fault(esr); }

/// An abort in the guest's own memory. True: the guest may try again.
bool provide_memory(Vcpu& vcpu, Ipa ipa, Stage2::Rights wanted) {
    switch (touch_memory(vcpu, ipa, wanted)) {
        case Touch::mapped: return true;
        case Touch::protected_memory: return false;
        case Touch::out_of_tables: crash_guest(vcpu, "no memory is left for the guest's stage 2 tables"); return true;
    }
    return true;
}

}  // namespace

Outcome handle_instruction_abort(Vcpu& vcpu) {
    const ExitInfo& exit = vcpu.context->exit;
    if (exit.hpfar == kUnknownHpfar) return Outcome::resume;
    const Ipa ipa = faulting_address(exit);
    const bool walk = iss::iabt::S1PTW.get(exit.esr) != 0;
    if (!is_stage2_fault(exit.esr) || !vcpu.vm->is_memory(ipa, 1)) {
        inject_external_abort(vcpu, AbortOf::fetch);
    } else if (!provide_memory(vcpu, ipa, walk ? Stage2::Rights{true, false, false} : Stage2::Rights{false, false, true})) {
        inject_permission_fault(vcpu, AbortOf::fetch);
    }
    return Outcome::resume;
}

Outcome handle_data_abort(Vcpu& vcpu) {
    const ExitInfo& exit = vcpu.context->exit;
    if (exit.hpfar == kUnknownHpfar) return Outcome::resume;
    const Ipa ipa = faulting_address(exit);
    const bool walk = iss::dabt::S1PTW.get(exit.esr) != 0;
    const bool write = iss::dabt::WnR.get(exit.esr) != 0;
    if (!is_stage2_fault(exit.esr)) {
        inject_external_abort(vcpu, AbortOf::data);
    } else if (vcpu.vm->is_memory(ipa, 1)) {
        // A walk that was to set an access flag reports a write; it needs both.
        if (!provide_memory(vcpu, ipa, {!write || walk, write, false})) inject_permission_fault(vcpu, AbortOf::data);
    } else if (walk) {
        inject_external_abort(vcpu, AbortOf::data);
    } else {
        emulate_mmio(vcpu, ipa);
    }
    return Outcome::resume;
}

}  // namespace ws
