// SPDX-License-Identifier: Apache-2.0
// A plugin for QEMU that counts the instructions of each CPU and writes them as JSON when QEMU ends:
//
//   qemu-system-aarch64 ... -plugin file=libinstruction_count.so,out=FILE
//   {"total": 3000, "cpus": [1000, 2000]}
//
// or "cpus": null where it cannot tell which CPU executed what (running_cpu.hpp).
//
// It counts from the reset on, at every exception level, and a CPU that waits counts nothing: that is more than a guest
// can see of itself, and it costs the guest nothing.
//
// Each instruction is counted when it begins. One that takes a synchronous exception before it is done (an access that
// faults, or that a hypervisor emulates) is counted as well, which PMCCNTR_EL0 under -icount does not do; what
// completes is the same to the instruction, HVC too. To count whole blocks when they begin would be faster (a boot of
// Linux took 5.7 seconds of a CPU instead of 7.5; 4.4 with no plugin) but wrong each time a block is left in its
// middle: by three instructions for every load of the io-kernel benchmark, or as many as happen to follow.
#include "qemu_plugin_api.hpp"
#include "running_cpu.hpp"

#include <atomic>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

/// A cache line of its own: with --mttcg each CPU is a thread.
struct alignas(64) Count {
    std::atomic<std::uint64_t> instructions = 0;
};

// QEMU calls write_counts after the destructors of this file, so nothing here has one: the counts are never freed, and
// the name is QEMU's own argv.
Count* counts = nullptr;
std::size_t cpus = 0;
const char* out = nullptr;
RunningCpu running_cpu;

void count_one(unsigned int vcpu_index, void*) {
    std::atomic<std::uint64_t>& instructions = counts[running_cpu.index(vcpu_index)].instructions;
    // Only this CPU's thread writes here, so no locked addition is needed.
    instructions.store(instructions.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void instrument(qemu_plugin_id_t, qemu_plugin_tb* block) {
    for (std::size_t index = 0; index < qemu_plugin_tb_n_insns(block); index++) {
        qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, index), count_one, QEMU_PLUGIN_CB_NO_REGS,
                                               nullptr);
    }
}

void write_counts(qemu_plugin_id_t, void*) {
    std::uint64_t total = 0;
    std::string list;
    for (std::size_t cpu = 0; cpu < cpus; cpu++) {
        const std::uint64_t instructions = counts[cpu].instructions.load(std::memory_order_relaxed);
        total += instructions;
        list += (cpu ? ", " : "") + std::to_string(instructions);
    }
    const std::string told = running_cpu.is_known() ? "[" + list + "]" : "null";
    const std::string text = "{\"total\": " + std::to_string(total) + ", \"cpus\": " + told + "}\n";
    std::FILE* file = std::fopen(out, "w");
    const bool written = file && std::fputs(text.c_str(), file) >= 0;
    if (!file || std::fclose(file) != 0 || !written) std::perror("instruction_count: cannot write the counts");
}

}  // namespace

// QEMU reads it when the initialisers of this file have run. 2 has what is used here and is the least that QEMU 9 and
// later take.
int qemu_plugin_version = qemu_plugin_num_vcpus ? 2 : 1;

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
    constexpr std::string_view kOut = "out=";
    if (argc != 1 || !std::string_view(argv[0]).starts_with(kOut) || !info->system_emulation) {
        std::fputs("instruction_count: needs out=FILE, nothing else, and a whole machine to count in\n", stderr);
        return 1;
    }
    out = argv[0] + kOut.size();
    cpus = static_cast<std::size_t>(info->system.max_vcpus);
    counts = new Count[cpus];
    running_cpu.find(static_cast<unsigned int>(cpus), info->version.cur);
    qemu_plugin_register_vcpu_tb_trans_cb(id, instrument);
    qemu_plugin_register_atexit_cb(id, write_counts, nullptr);
    return 0;
}
