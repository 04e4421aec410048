// SPDX-License-Identifier: Apache-2.0
#include "walk_level.hpp"

#include "../kernel/guest_memory.hpp"
#include "guest_el1.hpp"
#include "stage1_walk.hpp"

namespace ws {

namespace {

/// The descriptor at `at`, where the guest has memory and may read it.
bool read_descriptor(const Vcpu& vcpu, Ipa at, bool big_endian, u64& descriptor) {
    Vm& vm = *vcpu.vm;
    const u8* const memory = guest_memory(vm, at, sizeof(u64));
    if (memory == nullptr || !may_read(vm, at)) return false;
    const u64 word = *reinterpret_cast<const volatile u64*>(memory);
    descriptor = big_endian ? __builtin_bswap64(word) : word;
    return true;
}

}  // namespace

bool find_walk_level(const Vcpu& vcpu, int& level) {
    const VcpuContext& context = *vcpu.context;
    const u64 page = reg::HPFAR_EL2::FIPA.get(context.exit.hpfar);
    const bool big_endian = reg::SCTLR_EL1::EE.get(read_guest_el1<reg::SCTLR_EL1>(context)) != 0;
    Stage1Walk walk(read_guest_el1<reg::TCR_EL1>(context), read_guest_el1<reg::TTBR0_EL1>(context),
                    read_guest_el1<reg::TTBR1_EL1>(context), context.exit.far);
    for (;;) {
        const Ipa at = walk.descriptor_address();
        u64 descriptor = 0;
        const bool readable = read_descriptor(vcpu, at, big_endian, descriptor);
        // A table that the walk could read was none that stopped it: only a block's or a page's descriptor is updated.
        const bool passed = readable && walk.is_table(descriptor);
        if (at.value >> 12 == page && !passed) {
            level = walk.level();
            return true;
        }
        if (!passed) return false;
        walk.descend(descriptor);
    }
}

}  // namespace ws
