// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <new>

#include "../arch/hw/maintenance.hpp"
#include "../arch/syndrome.hpp"
#include "../base/panic.hpp"
#include "../base/print.hpp"
#include "../cpu/cpu.hpp"
#include "../kernel/console.hpp"
#include "../kernel/guest_memory.hpp"
#include "../kernel/interrupts.hpp"
#include "../kernel/machine_report.hpp"
#include "../kernel/memory_pool.hpp"
#include "../kernel/scheduler.hpp"
#include "../kernel/upcalls.hpp"
#include "../trace/points.hpp"
#include "../vmm/interface/boot_page.hpp"
#include "../vmm/interface/run_area.hpp"
#include "../world_switch/own_registers.hpp"
#include "host_devices.hpp"
#include "system_calls.hpp"
#include "vmm_image.hpp"

namespace ws {

namespace {

constexpr u64 kKernelStackBytes = 16384;
constexpr u64 kVectorSync = 8;

void add_range(Process& process, const Process::Range& range) {
    require(process.range_count < Process::kMaxRanges, "too many ranges in a process");
    process.ranges[process.range_count] = range;
    __atomic_store_n(&process.range_count, process.range_count + 1, __ATOMIC_RELEASE);  // others look without a lock
}

void add_range(Process& process, UserVa start, Pa pa, u64 bytes, UserAccess access) {
    process.space.map(start, pa, bytes, access);
    add_range(process, {start, pa, bytes, access == UserAccess::read_write, false});
}

/// The guest's RAM, of which nothing is mapped yet.
void add_guest_memory(Process& process) {
    Vm& vm = process.vm;
    open_guest_memory(vm);
    process.space.make_tables(vmm::kGuestMemory, vm.memory_bytes);
    add_range(process, {vmm::kGuestMemory, vm.memory, vm.memory_bytes, true, true});
}

/// The program: its code and constants are shared, its data are the process's own.
void map_image(Process& process) {
    const Pa code = Pa(reinterpret_cast<u64>(vmm_image));
    const VmmImageHeader& header = *reinterpret_cast<const VmmImageHeader*>(vmm_image);
    add_range(process, vmm::kImage, code, header.code_bytes, UserAccess::read_execute);
    add_range(process, vmm::kImage + header.code_bytes, code + header.code_bytes, header.constant_bytes,
              UserAccess::read_only);
    const u64 shared = header.code_bytes + header.constant_bytes;
    const u64 own = header.data_bytes + header.zeroed_bytes;
    if (own == 0) return;
    const PaRange data = take_memory(own, kPageBytes);
    __builtin_memcpy(reinterpret_cast<void*>(data.start.value), vmm_image + shared, header.data_bytes);
    add_range(process, vmm::kImage + shared, data.start, own, UserAccess::read_write);
}

/// A file lies where QEMU put it, which need not be at the start of a page. Returns where the process has it.
UserVa map_file(Process& process, PaRange file, UserVa at) {
    const PaRange pages = pages_of(file);
    add_range(process, at, pages.start, pages.bytes, UserAccess::read_only);
    return at + (file.start - pages.start);
}

void map_boot_page(Process& process) {
    const Vm& vm = process.vm;
    const Pa at = take_memory(kPageBytes, kPageBytes).start;
    vmm::BootPage& page = *reinterpret_cast<vmm::BootPage*>(at.value);
    page.vm = vm.number;
    page.vcpus = vm.vcpu_count;
    page.memory_bytes = vm.memory_bytes;
    page.load_offset = vm.options.load;
    page.fault = static_cast<u8>(vm.options.fault);
    static_assert(sizeof(page.arguments) == sizeof(process.module.arguments));
    __builtin_memcpy(page.arguments, process.module.arguments, sizeof(page.arguments));
    const PaRange image = process.module.range, ramdisk = process.module.ramdisk;
    page.image = map_file(process, image, vmm::kGuestImages);
    page.image_bytes = image.bytes;
    if (ramdisk.bytes != 0) page.ramdisk = map_file(process, ramdisk, vmm::kGuestRamdisk);
    page.ramdisk_bytes = ramdisk.bytes;
    describe_host_devices(vm, page);
    add_range(process, vmm::kBootPage, at, kPageBytes, UserAccess::read_only);
}

void map_run_areas(Process& process) {
    Vm& vm = process.vm;
    const PaRange areas = take_memory(vm.vcpu_count * kPageBytes, kPageBytes);
    add_range(process, vmm::kRunAreas, areas.start, areas.bytes, UserAccess::read_write);
    for (u32 i = 0; i < vm.vcpu_count; ++i) {
        vm.vcpus[i].run_area = reinterpret_cast<vmm::RunArea*>(areas.start.value + i * kPageBytes);
    }
}

/// What a process's thread runs: the VMM's own code until it calls `run`; then its vCPU, for as long as the VM lives.
void user_thread_main(Thread& thread) {
    UserThread& user = *thread.user;
    for (;;) {
        const u64 index = run_until_run_call(user);
        user.frame.x[0] = static_cast<u64>(run_vcpu(user, index));  // comes back with an error alone
    }
}

/// Was it the first access to this part of the guest's RAM? Then it is there now.
bool give_out_touched(Process& process, u64 esr, UserVa touched) {
    if (ec_of(esr) != Ec::DABT_LOW || !is_translation_fault(esr) || touched < vmm::kGuestMemory) return false;
    const u64 offset = touched - vmm::kGuestMemory;
    if (offset >= process.vm.memory_bytes) return false;
    give_out_memory(process.vm, Vm::kMemoryStart + offset, 1);
    return true;
}

void crash_process(UserThread& user, u64 esr, u64 far) {
    {
        Locked locked(console_lock);
        print("\n*** VMM crash: VM ", user.process->vm.number, "\n");
        print_syndrome("ESR", esr);
        print("  FAR ", hex(far, 8), ", PC ", hex(user.frame.pc, 8), ", SP ", hex(user.frame.sp, 8), "\n");
        print_general_registers(user.frame.x);
    }
    end_vm(user.process->vm, trace::Verdict::vmm_crash, 0, "it crashed");
}

}  // namespace

u8* Process::memory(UserVa at, u64 bytes, bool write) const {
    for (u32 i = 0, count = __atomic_load_n(&range_count, __ATOMIC_ACQUIRE); i < count; ++i) {
        const Range& range = ranges[i];
        if (at < range.start || at - range.start > range.bytes || bytes > range.bytes - (at - range.start)) continue;
        if (write && !range.writable) return nullptr;
        if (range.on_demand) give_out_memory(vm, Vm::kMemoryStart + (at - range.start), bytes);
        return reinterpret_cast<u8*>((range.pa + (at - range.start)).value);
    }
    return nullptr;
}

void map_for_vmm(Process& process, Ipa ipa, Pa pa, u64 bytes) {
    process.space.map(vmm::kGuestMemory + (ipa - Vm::kMemoryStart), pa, bytes, UserAccess::read_write);
}

Process& create_process(Vm& vm, const Module& module) {
    Process& process =
        *new (reinterpret_cast<void*>(take_memory(sizeof(Process), kPageBytes).start.value)) Process(vm, module);
    vm.process = &process;
    process.space.open(static_cast<u16>(vm.number));
    map_image(process);
    map_boot_page(process);
    map_run_areas(process);
    add_guest_memory(process);
    hw::instruction_cache_invalidate();  // the program came as data
    const VmmImageHeader& header = *reinterpret_cast<const VmmImageHeader*>(vmm_image);
    require(add_user_thread(process, vmm::kImage + header.entry, 0) != nullptr, "a process without a thread");
    return process;
}

UserThread* add_user_thread(Process& process, UserVa entry, u64 argument) {
    Locked locked(process.threads_lock);
    if (process.thread_count == Process::kMaxThreads) return nullptr;
    const u32 index = process.thread_count;
    const VmOptions& options = process.vm.options;
    const PaRange stack = take_memory(vmm::kStackBytes, kPageBytes);
    const UserVa stack_end = vmm::kStacks + (index + 1) * vmm::kStackSpacing;
    add_range(process, UserVa(stack_end.value - vmm::kStackBytes), stack.start, stack.bytes, UserAccess::read_write);

    UserThread& user = process.threads[index];
    user.process = &process;
    user.frame.pc = entry.value;
    user.frame.sp = stack_end.value;
    user.frame.x[0] = argument;
    Thread& thread = user.thread;
    thread.user = &user;
    thread.space = process.space.ttbr();
    const bool runs_vcpu = index < process.vm.vcpu_count;
    thread.owner =
        static_cast<trace::Owner>(runs_vcpu ? process.vm.first_owner + index : trace::kVmmOwners + process.vm.number);
    const u32 all_cpus = (1U << board.cpu_count) - 1;
    if (options.pin_count == 0 || !runs_vcpu) {
        thread.may_run_on = all_cpus;
        thread.last_cpu = (process.vm.first_owner + index - 1) % board.cpu_count;
    } else {
        thread.last_cpu = options.pin[index % options.pin_count];
        thread.may_run_on = 1U << thread.last_cpu;
    }
    const PaRange kernel_stack = take_memory(kKernelStackBytes, kPageBytes);
    prepare_thread(thread, reinterpret_cast<u8*>(kernel_stack.end().value), user_thread_main);
    add_thread(thread);
    process.thread_count = index + 1;
    return &user;
}

u64 run_until_run_call(UserThread& user) {
    for (;;) {
        {
            trace::StepScope<trace::At::kernel> step(trace::Step::run_user);
            run_user(user.frame);
        }
        if (user.frame.vector != kVectorSync) {
            handle_interrupts();
        } else if (const u64 esr = hw::read<own::ESR>(); ec_of(esr) != Ec::SVC64) {
            const u64 far = hw::read<own::FAR>();
            if (!give_out_touched(*user.process, esr, UserVa(far))) crash_process(user, esr, far);
        } else if (is_run_call(user)) {
            return user.frame.x[0];
        } else {
            handle_system_call(user);
        }
        if (__atomic_load_n(&user.process->vm.ended, __ATOMIC_ACQUIRE)) end_thread();
        if (this_cpu().must_reschedule) yield_thread(SwitchReason::time_slice);
    }
}

void stop_process(Process& process) {
    for (u32 i = 0; i < process.thread_count; ++i) {
        Thread& thread = process.threads[i].thread;
        wake_thread(thread);
        for (u32 cpu = 0; cpu < board.cpu_count; ++cpu) {
            if (cpu == this_cpu().id || __atomic_load_n(&cpus[cpu].current, __ATOMIC_RELAXED) != &thread) continue;
            kick_cpu(cpu, thread.owner, trace::KickReason::leave_guest);
        }
    }
}

}  // namespace ws
