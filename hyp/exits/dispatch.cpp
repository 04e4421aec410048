// SPDX-License-Identifier: Apache-2.0
// From an exit to its handler: one table, indexed by exception class (KVM: arm_exit_handlers in handle_exit.c).
#include "dispatch.hpp"

#include <array>

#include "../arch/syndrome.hpp"
#include "../kernel/interrupts.hpp"

namespace ws {

namespace {

using Handler = Outcome (*)(Vcpu&);
constexpr std::size_t kExceptionClassCount = 64;

constexpr std::array<Handler, kExceptionClassCount> make_handlers() {
    std::array<Handler, kExceptionClassCount> handlers{};
    for (Handler& handler : handlers) handler = handle_unexpected;
    auto set = [&](Ec ec, Handler handler) { handlers[static_cast<std::size_t>(ec)] = handler; };
    set(Ec::WFx, handle_wfx);
    set(Ec::FP_ASIMD, handle_fp_access);
    set(Ec::HVC64, handle_hvc);
    set(Ec::SMC64, handle_smc);
    set(Ec::SYS64, handle_sysreg);
    set(Ec::IABT_LOW, handle_instruction_abort);
    set(Ec::DABT_LOW, handle_data_abort);
    set(Ec::SVE, handle_undefined);
    set(Ec::SME, handle_undefined);
    set(Ec::PAC, handle_undefined);
    set(Ec::CP15_MCR_MRC, handle_coprocessor);
    set(Ec::CP15_MCRR_MRRC, handle_coprocessor);
    set(Ec::CP14_MCR_MRC, handle_coprocessor);
    set(Ec::CP14_LDC_STC, handle_coprocessor);
    set(Ec::CP14_MRRC, handle_coprocessor);
    return handlers;
}

constexpr std::array<Handler, kExceptionClassCount> kHandlers = make_handlers();

}  // namespace

Outcome handle_exit(Vcpu& vcpu) {
    const ExitInfo& exit = vcpu.context->exit;
    if (exit.vector == kLowerElSync) [[likely]] {
        return kHandlers[static_cast<std::size_t>(ec_of(exit.esr))](vcpu);
    }
    if (exit.vector == kLowerElIrq) {
        handle_interrupts();
        return Outcome::resume;
    }
    crash_guest(vcpu, exit.vector < 12 ? "FIQ or SError while the guest ran" : "a vector that HCR_EL2.RW rules out");
    return Outcome::resume;
}

Outcome handle_unexpected(Vcpu& vcpu) {
    crash_guest(vcpu, "a trap that the hypervisor has no handler for");
    return Outcome::resume;  // to find that its VM is over
}

}  // namespace ws
