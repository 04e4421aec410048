// SPDX-License-Identifier: Apache-2.0
#include "run_report.hpp"

#include "../boot/board_info.hpp"
#include "../platform/qemu_virt/power.hpp"
#include "../trace/level.hpp"
#include "cpu.hpp"
#include "interrupts.hpp"
#include "panic.hpp"
#include "vcpu.hpp"

namespace ws {

namespace {

Pa run_page_at{0};

void copy_text(char* to, std::size_t room, const char* text) {
    std::size_t i = 0;
    for (; i + 1 < room && text[i] != '\0'; ++i) to[i] = text[i];
    to[i] = '\0';
}

/// Which VM each vCPU will belong to: owners are counted through all VMs in the order in which create_vm makes them.
void number_vcpus(trace::RunPage& page) {
    for (u32 vm = 0; vm < board.module_count; ++vm) {
        for (u64 i = 0; i < board.options.vms[vm].cpus && page.vcpus < trace::kMaxVcpus; ++i) {
            page.vm_of_vcpu[page.vcpus++] = static_cast<u8>(vm + 1);
        }
    }
}

void open_state_map(trace::StateMap& map) {
    constexpr u32 kOffsets[] = {
#define STATE(name, structure, member, bytes) offsetof(structure, member),
#include "../trace/format/state.def"
#undef STATE
    };
    static_assert(sizeof(kOffsets) <= sizeof(map.offsets));
    map.cpus = reinterpret_cast<u64>(cpus);
    map.cpu_bytes = sizeof(Cpu);
    map.entries = sizeof(kOffsets) / sizeof(kOffsets[0]);
    for (u32 i = 0; i < map.entries; ++i) map.offsets[i] = kOffsets[i];
    __atomic_store_n(&map.magic, trace::kStateMagic, __ATOMIC_RELEASE);
}

}  // namespace

bool run_page_open() { return run_page_at.value != 0; }

trace::RunPage& run_page() { return *reinterpret_cast<trace::RunPage*>(run_page_at.value); }

void open_run_page(Pa reserved, u64 bytes, u32 cpu_count) {
    run_page_at = reserved;
    trace::RunPage& page = run_page();
    page = {};
    page.format_version = trace::kFormatVersion;
    page.level = static_cast<u32>(trace::kLevel);
    page.cpus = cpu_count;
    copy_text(page.design, sizeof(page.design), ThisDesign::kName);
    number_vcpus(page);
    open_state_map(page.state);
    // The rings begin at the next multiple of a packet's size: the recorder counts on that alignment.
    const u64 packets = bytes / trace::kPacketBytes - 1;
    for (u32 cpu = 0; cpu < cpu_count; ++cpu) {
        page.rings[cpu].packets = packets / cpu_count;
        page.rings[cpu].first_packet = trace::kPacketBytes * (1 + cpu * (packets / cpu_count));
    }
    __atomic_store_n(&page.magic, trace::kRunPageMagic, __ATOMIC_RELEASE);
}

void show_vcpu(const Vcpu& vcpu) { run_page().state.vcpus[vcpu.owner - 1] = reinterpret_cast<u64>(&vcpu); }

void end_run(trace::Verdict verdict, u64 status, const char* message) {
    static u32 ending = 0;
    if (run_page_open() && __atomic_exchange_n(&ending, 1U, __ATOMIC_ACQ_REL) != 0) {
        for (;;) hw::wfi();   // another CPU is at it
    }
    if (run_page_open()) {
        stop_other_cpus(verdict == trace::Verdict::hypervisor_panic);
        trace::RunPage& page = run_page();
        trace::stop(running_cpu().recorder);
        copy_text(page.message, sizeof(page.message), message);
        page.status = status;
        page.verdict = verdict;
        __atomic_store_n(&page.trace_stopped, 1, __ATOMIC_RELEASE);
    }
    power_off();
}

}  // namespace ws
