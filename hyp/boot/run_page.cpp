// SPDX-License-Identifier: Apache-2.0
#include "run_page.hpp"

#include "../cpu/cpu.hpp"
#include "../cpu/vcpu.hpp"
#include "../trace/level.hpp"
#include "board_info.hpp"

namespace ws {

namespace {

Pa run_page_at{0};

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

}  // namespace ws
