// SPDX-License-Identifier: Apache-2.0
#include "vm.hpp"

#include "../arch/hw/maintenance.hpp"
#include "../boot/translation_setup.hpp"
#include "../exits/dispatch.hpp"
#include "../trace/points.hpp"
#include "../world_switch/design.hpp"
#include "guest_loader.hpp"
#include "machine_report.hpp"
#include "memory_pool.hpp"
#include "panic.hpp"
#include "print.hpp"
#include "run_report.hpp"
#include "selfcheck.hpp"
#include "this_design.hpp"

namespace ws {

namespace {

Vm only_vm;

/// EL1 as a guest finds it at its first instruction: MMU and caches off (Arm ARM D1.3.1, booting.rst).
void reset_vcpu(Vcpu& vcpu, GuestEntry entry) {
    constexpr u64 kEl1hMasked = 0x3c5;   // EL1h, D A I F masked
    VcpuContext& context = *vcpu.context;
    context.general.words[0] = entry.device_tree.value;
    context.pc() = entry.entry.value;
    context.pstate() = kEl1hMasked;
    context.el1.value<reg::SCTLR_EL1>() = kSctlrEl1MustBeOne;
    context.vgic.value<reg::ICH_HCR_EL2>() = reg::ICH_HCR_EL2::En.mask();
    context.vttbr = vcpu.vm->stage2.vttbr(vcpu.vm->vmid);
    context.vtcr = Stage2::vtcr();
    context.owner = 1;
    context.traps.vmpidr = (1ULL << 31) | reg::MPIDR_EL1::U.mask();   // CPU 0 of a uniprocessor; bit 31 is RES1
    context.traps.vpidr = this_cpu().host.traps.vpidr;
    context.traps = ThisDesign::guest_traps(context);
}

}  // namespace

Vm& create_vm(const Module& guest, u64 memory_bytes) {
    if (memory_bytes == 0 || memory_bytes % Stage2::kBlockBytes != 0) {
        panic("vm.mem=BYTES must be a multiple of 2 MiB, and is", memory_bytes);
    }
    open_memory_pool();
    Vm& vm = only_vm;
    vm.vmid = Vmid{1};
    vm.memory_bytes = memory_bytes;
    vm.memory = take_memory(memory_bytes, Stage2::kBlockBytes).start;
    vm.stage2.open();
    vm.stage2.map_memory(Vm::kMemoryStart, vm.memory, memory_bytes);

    const PaRange context = take_memory(sizeof(VcpuContext), 4096);
    ThisDesign::share(context.start, context.bytes);
    vm.vcpu = {&vm, reinterpret_cast<VcpuContext*>(context.start.value)};
    const GuestEntry entry = load_guest(vm, guest);
    // A guest starts with its caches off: all of its memory, zeros included, must be where it reads.
    hw::make_executable(HostVa(vm.memory.value), memory_bytes);
    reset_vcpu(vm.vcpu, entry);
    return vm;
}

void run_vm(Vm& vm) {
    Vcpu& vcpu = vm.vcpu;
    VcpuContext& context = *vcpu.context;
    const bool selfcheck = board.options.selfcheck;
    for (;;) {
        HostRegisters before;
        if (selfcheck) before.fill();
        ThisDesign::load(context);
        Outcome outcome = Outcome::resume;
        while (outcome == Outcome::resume) {
            if (selfcheck) {
                run_checked(context);
            } else {
                ThisDesign::run(context);
            }
            trace::StepScope<trace::At::kernel> step(trace::Step::handle_exit);
            outcome = handle_exit(vcpu);
        }
        // The guest waits: its vCPU leaves the CPU. Nothing else wants the CPU yet, so it comes back at once.
        ThisDesign::put(context);
        if (selfcheck) before.verify("after the vCPU was put");
    }
}

void crash_guest(const Vcpu& vcpu, const char* why) {
    const VcpuContext& context = *vcpu.context;
    print("\n*** guest crash: ", why, "\n");
    print_syndrome("ESR_EL2", context.exit.esr);
    print("  FAR_EL2 ", hex(context.exit.far, 8), ", HPFAR_EL2 ", hex(context.exit.hpfar, 8), "\n");
    print("  PC ", hex(context.return_state.value<reg::ELR_EL2>(), 8), ", PSTATE ",
          hex(context.return_state.value<reg::SPSR_EL2>(), 8), "\n");
    print_general_registers(context.general.words);
    end_run(trace::Verdict::guest_crash, 0, why);
}

}  // namespace ws
