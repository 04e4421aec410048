// SPDX-License-Identifier: Apache-2.0
// Stage 2 aborts: memory that is touched for the first time, memory that is protected, a device, or nothing at all
// (KVM: kvm_handle_guest_abort).
#include "../arch/syndrome.hpp"
#include "../kernel/console.hpp"
#include "../kernel/guest_memory.hpp"
#include "dispatch.hpp"
#include "inject.hpp"
#include "mmio.hpp"

namespace ws {

namespace {

/// The address as the guest believes it to be physical.
Ipa faulting_address(const ExitInfo& exit) {
    return Ipa(reg::HPFAR_EL2::FIPA.get(exit.hpfar) << 12 | (exit.far & 0xfff));
}

/// Is the abort stage 2's, which leaves the address in HPFAR_EL2? With HCR_EL2.TEA an external abort comes here as
/// well.
bool is_stage2_fault(u64 esr) {
    return is_translation_fault(esr) || is_permission_fault(esr) || is_access_flag_fault(esr);
}

/// What a stage 1 walk needs: to read its tables. With a permission fault, what it did not get where it may read is the
/// update of an access flag or of a dirty state (Arm ARM D8.4, hardware management of both; KVM: kvm_is_write_fault).
/// ISS.WnR tells of the access that the walk was for.
Stage2::Rights rights_of_walk(u64 esr) { return {true, is_permission_fault(esr), false}; }

/// The guest is to try again. False: it has, often enough.
bool may_try_again(Vcpu& vcpu) {
    const VcpuContext& context = *vcpu.context;
    const u64 pc = context.return_state.value<reg::ELR_EL2>();
    const u64 changes = __atomic_load_n(&vcpu.vm->rights_taken, __ATOMIC_RELAXED);
    if (vcpu.retries.may_try_again({pc, context.exit.far, context.exit.esr, changes})) return true;
    if (may_log(*vcpu.vm)) {
        log("VM ", vcpu.vm->number, ": the instruction at ", hex(pc), " aborts on ", hex(context.exit.far),
            " again and again, ESR_EL2 ", hex(context.exit.esr),
            ", though nothing forbids the access: it gets the abort");
    }
    return false;
}

/// The guest's abort becomes its own.
void refuse(Vcpu& vcpu, AbortOf what) {
    if (is_permission_fault(vcpu.context->exit.esr)) {
        inject_permission_fault(vcpu, what);
    } else {
        inject_external_abort(vcpu, what);
    }
}

/// An abort whose address was not found any more.
Outcome retry_unknown(Vcpu& vcpu, AbortOf what) {
    if (!may_try_again(vcpu)) refuse(vcpu, what);
    return Outcome::resume;
}

/// An abort in the guest's own memory.
void provide_memory(Vcpu& vcpu, Ipa ipa, Stage2::Rights wanted, AbortOf what) {
    switch (touch_memory(vcpu, ipa, wanted)) {
        case Touch::mapped: break;
        case Touch::allowed:
            if (!may_try_again(vcpu)) refuse(vcpu, what);
            break;
        case Touch::protected_memory: inject_permission_fault(vcpu, what); break;
        case Touch::out_of_tables: crash_guest(vcpu, "no memory is left for the guest's stage 2 tables"); break;
    }
}

}  // namespace

Outcome handle_instruction_abort(Vcpu& vcpu) {
    const ExitInfo& exit = vcpu.context->exit;
    if (exit.hpfar == kUnknownHpfar) return retry_unknown(vcpu, AbortOf::fetch);
    const Ipa ipa = faulting_address(exit);
    const bool walk = iss::iabt::S1PTW.get(exit.esr) != 0;
    if (!is_stage2_fault(exit.esr) || !vcpu.vm->is_memory(ipa, 1)) {
        inject_external_abort(vcpu, AbortOf::fetch);
    } else {
        provide_memory(vcpu, ipa, walk ? rights_of_walk(exit.esr) : Stage2::Rights{false, false, true}, AbortOf::fetch);
    }
    return Outcome::resume;
}

Outcome handle_data_abort(Vcpu& vcpu) {
    const ExitInfo& exit = vcpu.context->exit;
    if (exit.hpfar == kUnknownHpfar) return retry_unknown(vcpu, AbortOf::data);
    const Ipa ipa = faulting_address(exit);
    const bool walk = iss::dabt::S1PTW.get(exit.esr) != 0;
    const bool write = iss::dabt::WnR.get(exit.esr) != 0;
    if (!is_stage2_fault(exit.esr)) {
        inject_external_abort(vcpu, AbortOf::data);
    } else if (vcpu.vm->is_memory(ipa, 1)) {
        provide_memory(vcpu, ipa, walk ? rights_of_walk(exit.esr) : Stage2::Rights{!write, write, false},
                       AbortOf::data);
    } else if (walk) {
        inject_external_abort(vcpu, AbortOf::data);
    } else {
        emulate_mmio(vcpu, ipa);
    }
    return Outcome::resume;
}

}  // namespace ws
