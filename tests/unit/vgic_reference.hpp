// SPDX-License-Identifier: Apache-2.0
// The interrupt controller as the architecture's text has it: one struct an interrupt, no list registers, no bitmaps.
#pragma once

#include <vector>

#include "hyp/arch/types.hpp"

namespace ws::test {

class ReferenceGic {
  public:
    struct Interrupt {
        bool enabled = false, group1 = false, edge = false, line = false, latch = false, active = false;
        u32 priority = 0;
        /// The CPU an SPI is routed to; any number that no CPU has: to none.
        u64 route = 0;
        /// Who took it, while it is active.
        u32 holder = 0;

        bool pending() const { return latch || (!edge && line); }
    };
    struct Cpu {
        Interrupt own[32];
        u32 pmr = 0xf8;
        bool group_on[2] = {true, true};
        u32 subpriority_bits[2] = {3, 3};
        /// The preemption levels of what runs, the innermost last.
        std::vector<u32> running;
    };

    explicit ReferenceGic(u32 cpus) : cpus_(cpus) {
        for (Cpu& cpu : cpus_) {
            for (u32 i = 0; i < 16; i++) cpu.own[i].edge = true;
        }
    }

    Interrupt& at(u32 cpu, u32 intid) { return intid < 32 ? cpus_[cpu].own[intid] : spis_[intid - 32]; }
    Cpu& cpu(u32 cpu) { return cpus_[cpu]; }
    bool group_on[2] = {};

    void set_line(u32 cpu, u32 intid, bool high) {
        Interrupt& it = at(cpu, intid);
        if (high && !it.line && it.edge) it.latch = true;
        it.line = high;
    }

    /// The interrupt with the best priority that the distributor forwards to the CPU and whose group the CPU has on, or
    /// 1023.
    u32 best(u32 cpu) {
        u32 best = 1023;
        for (u32 intid = 0; intid < 288; intid++) {
            const Interrupt& it = at(cpu, intid);
            if (!it.pending() || !it.enabled || it.active || !group_on[it.group1]) continue;
            if (intid >= 32 && it.route != cpu) continue;
            if (!cpus_[cpu].group_on[it.group1]) continue;
            if (best == 1023 || it.priority < at(cpu, best).priority) best = intid;
        }
        return best;
    }
    /// Would a CPU that runs nothing be interrupted?
    bool signals(u32 cpu) {
        const u32 intid = best(cpu);
        return intid != 1023 && at(cpu, intid).priority < cpus_[cpu].pmr;
    }
    u32 acknowledge(u32 cpu) {
        if (!signals(cpu)) return 1023;
        const u32 intid = best(cpu);
        Interrupt& it = at(cpu, intid);
        Cpu& c = cpus_[cpu];
        const u32 width = 1U << c.subpriority_bits[it.group1];
        const u32 level = it.priority / width * width;
        if (!c.running.empty() && level >= c.running.back()) return 1023;
        it.active = true;
        it.latch = false;
        it.holder = cpu;
        c.running.push_back(level);
        return intid;
    }

  private:
    std::vector<Cpu> cpus_;
    Interrupt spis_[256];
};

}  // namespace ws::test
