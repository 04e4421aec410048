// SPDX-License-Identifier: Apache-2.0
#include "vm.hpp"

#include <new>

#include "../arch/pstate.hpp"
#include "../arch/res1.hpp"
#include "../arch/syndrome.hpp"
#include "../base/panic.hpp"
#include "../boot/run_page.hpp"
#include "../boot/translation_setup.hpp"
#include "../cpu/cpu.hpp"
#include "../trace/points.hpp"
#include "console.hpp"
#include "interrupts.hpp"
#include "line.hpp"
#include "machine_report.hpp"
#include "memory_pool.hpp"
#include "run_report.hpp"
#include "scheduler.hpp"
#include "upcalls.hpp"
#include "vcpu_interrupts.hpp"

namespace ws {

namespace {

Vm* vms[BoardInfo::kMaxModules];
u32 made = 0;
u32 running = 0;
trace::Owner owners = 0;  ///< vCPUs of all VMs so far

void transmit(void* vm, u8 character) { write_guest_text(*static_cast<Vm*>(vm), &character, 1); }

/// How bad an end is: of several VMs the worst one is the run's.
u32 badness(trace::Verdict verdict, u64 status) {
    if (verdict == trace::Verdict::vmm_crash) return 3;
    if (verdict == trace::Verdict::guest_crash) return 2;
    return status != 0 ? 1 : 0;
}

[[noreturn]] void end_run_for_vms() {
    const Vm* worst = vms[0];
    for (u32 i = 1; i < made; ++i) {
        if (badness(vms[i]->verdict, vms[i]->status) > badness(worst->verdict, worst->status)) worst = vms[i];
    }
    if (made == 1 || badness(worst->verdict, worst->status) == 0)
        end_run(worst->verdict, worst->status, worst->message);
    Line line;
    line.add("VM ");
    line.add(static_cast<char>('0' + worst->number));
    line.add(": ");
    line.add(worst->message);
    end_run(worst->verdict, worst->status, line.text());
}

}  // namespace

Vm::Vm(u32 vm_number, const VmOptions& vm_options, trace::Owner its_first_owner)
    : number(vm_number),
      options(vm_options),
      memory_bytes(vm_options.memory),
      uart(transmit, this),
      vcpu_count(static_cast<u32>(vm_options.cpus)),
      first_owner(its_first_owner) {}

u32 vm_count() { return made; }

Vm* find_vm(u32 number) { return number != 0 && number <= made ? vms[number - 1] : nullptr; }

void prepare_vm(u32 number, const Module& guest) {
    const VmOptions& options = board.options.vms[number - 1];
    if (options.memory == 0 || options.memory % Stage2::kPageBytes != 0) {
        panic("vm.mem=BYTES must be a multiple of 4 KiB, and is", options.memory);
    }
    if (options.cpus == 0 || options.cpus > Vm::kMaxVcpus) panic("vm.cpus=N must be from 1 to 8, and is", options.cpus);
    for (u32 i = 0; i < options.pin_count; ++i) {
        if (options.pin[i] >= board.cpu_count) panic("vm.pin names a CPU that the board does not have", options.pin[i]);
    }
    if (owners + options.cpus > trace::kMaxVcpus) panic("too many vCPUs in all; at most", trace::kMaxVcpus);
    const trace::Owner first_owner = static_cast<trace::Owner>(owners + 1);
    Vm& vm = *new (reinterpret_cast<void*>(take_memory(sizeof(Vm), 4096).start.value)) Vm(number, options, first_owner);
    owners = static_cast<trace::Owner>(owners + options.cpus);
    vms[made++] = &vm;
    ++running;
    create_process(vm, guest);
}

bool open_vm(Vm& vm) {
    DevicesLocked locked(vm);
    if (vm.opened) return false;
    vm.opened = true;
    constexpr u64 kAboveLevel3 = 4;  // the root, and level 2 for each GiB that the memory touches
    reserve_tables(vm.memory_bytes / Stage2::kBlockBytes + kAboveLevel3 + (vm.memory_bytes >> 30));
    require(vm.stage2.open(), "no memory for a stage 2 table");
    vm.interrupts.link(kGuestTimerIntid, kGuestTimerIntid);
    vm.interrupts.reset(vm.vcpu_count);
    vm.interrupts.name_vcpus(vm.first_owner);
    vm.uart.reset();
    return true;
}

bool create_vcpu(Vm& vm, u64 index) {
    DevicesLocked locked(vm);
    if (!vm.opened || index >= vm.vcpu_count) return false;
    Vcpu& vcpu = vm.vcpus[index];
    if (vcpu.context != nullptr) return false;
    const PaRange pages = take_memory(sizeof(VcpuContext), 4096);
    ThisDesign::share(pages.start, pages.bytes);  // EL2 may touch them
    vcpu.vm = &vm;
    vcpu.index = static_cast<u32>(index);
    vcpu.owner = static_cast<trace::Owner>(vm.first_owner + index);
    vcpu.context = reinterpret_cast<VcpuContext*>(pages.start.value);
    vcpu.context->owner = vcpu.owner;
    reset_vcpu(vcpu, Ipa(0), 0);
    show_vcpu(vcpu);
    return true;
}

void reset_vcpu(Vcpu& vcpu, Ipa entry, u64 x0) {
    VcpuContext& context = *vcpu.context;
    context = {};
    context.owner = vcpu.owner;
    context.general.words[0] = x0;
    context.pc() = entry.value;
    context.pstate() = kEl1hMasked;
    // MMU and caches off, as a kernel expects it (Linux: booting.rst).
    context.el1.value<reg::SCTLR_EL1>() = res1::kSctlrEl1;
    context.list_registers.value<reg::ICH_HCR_EL2>() = reg::ICH_HCR_EL2::En.mask();
    context.lists_changed = true;
    context.vtcr = Stage2::vtcr(output_address_size());
    context.traps.vmpidr = res1::kMpidrEl1 | vcpu.index;
    context.traps.vpidr = this_cpu().host.traps.vpidr;
    context.traps = ThisDesign::guest_traps(context);
    vcpu.timer_line = false;
    vcpu.os_locked = true;
}

void end_vm(Vm& vm, trace::Verdict verdict, u64 status, const char* message) {
    {
        DevicesLocked locked(vm);
        if (vm.ended) return;
        vm.verdict = verdict;
        vm.status = status;
        vm.message = message;
        __atomic_store_n(&vm.ended, true, __ATOMIC_RELEASE);
    }
    finish_guest_text(vm);
    if (__atomic_sub_fetch(&running, 1U, __ATOMIC_ACQ_REL) == 0) end_run_for_vms();
    if (verdict == trace::Verdict::guest_exit) log("VM ", vm.number, " has ended with status ", status, ": ", message);
    stop_vcpus(vm);
    stop_process(*vm.process);
    close_port(vm);
}

bool may_log(Vm& vm) {
    constexpr u32 kMost = 64;
    const u32 before = __atomic_fetch_add(&vm.lines_logged, 1U, __ATOMIC_RELAXED);
    if (before + 1 == kMost) log("VM ", vm.number, ": further lines of this kind are left out");
    return before + 1 < kMost;
}

void crash_guest(const Vcpu& vcpu, const char* why) {
    const VcpuContext& context = *vcpu.context;
    {
        Locked locked(console_lock);
        print("\n*** guest crash: VM ", vcpu.vm->number, ", vCPU ", vcpu.index, ": ", why, "\n");
        if (has_syndrome(context.exit.vector)) print_syndrome("ESR_EL2", context.exit.esr);
        if (has_fault_address(context.exit.vector, context.exit.esr)) {
            print("  FAR_EL2 ", hex(context.exit.far, 8), ", HPFAR_EL2 ", hex(context.exit.hpfar, 8), "\n");
        }
        print("  PC ", hex(context.return_state.value<reg::ELR_EL2>(), 8), ", PSTATE ",
              hex(context.return_state.value<reg::SPSR_EL2>(), 8), "\n");
        print_general_registers(context.general.words);
    }
    end_vm(*vcpu.vm, trace::Verdict::guest_crash, 0, why);
}

}  // namespace ws
