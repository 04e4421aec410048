// SPDX-License-Identifier: Apache-2.0
#include "user_space.hpp"

#include "../arch/hw/barriers.hpp"
#include "../arch/hw/sysreg_access.hpp"
#include "../arch/stage1_descriptor.hpp"
#include "../base/panic.hpp"
#include "../kernel/memory_pool.hpp"
#include "../kernel/upcalls.hpp"
#include "this_design.hpp"

namespace ws {

namespace {

using namespace stage1;

constexpr u64 leaf(UserAccess access, unsigned level) {
    return kValid | kAp1 | kInnerShareable | kAccessFlag | kNotGlobal | kPxn | (level == 3 ? kTableOrPage : 0) |
           (access == UserAccess::read_write ? 0 : kReadOnly) | (access == UserAccess::read_execute ? 0 : kUxnOrXn);
}

u64* take_table() { return reinterpret_cast<u64*>(take_memory(kPageBytes, kPageBytes).start.value); }

constexpr unsigned kAsidShift = 48;

}  // namespace

void UserSpace::open(u16 asid) {
    asid_ = asid;
    root_ = take_table();
    const u64* const below = reinterpret_cast<const u64*>(ThisDesign::space_below_processes().root().value);
    for (u64 i = 0; i < index_at(vmm::kStart.value, 1); ++i) root_[i] = below[i];
}

u64* UserSpace::entry_for(UserVa address, unsigned level) {
    u64* table = root_;
    for (unsigned at = 1; at < level; ++at) {
        u64& entry = table[index_at(address.value, at)];
        if ((entry & kValid) == 0) {
            const u64 lower = reinterpret_cast<u64>(take_table());
            hw::dsb_ishst();  // a walker that sees the table's address must see the zeros in it
            __atomic_store_n(&entry, lower | kValid | kTableOrPage, __ATOMIC_RELAXED);
        }
        require((entry & kTableOrPage) != 0, "a user block is in the way");
        table = reinterpret_cast<u64*>(entry & kAddressMask);
    }
    return &table[index_at(address.value, level)];
}

void UserSpace::map(UserVa start, Pa pa, u64 bytes, UserAccess access) {
    require(start.value % kPageBytes == 0 && pa.value % kPageBytes == 0 && bytes % kPageBytes == 0,
            "user space: not a multiple of a page");
    require(start >= vmm::kStart && start + bytes <= vmm::kEnd, "user space: beyond its range");
    while (bytes != 0) {
        const bool block = (start.value | pa.value) % bytes_at(2) == 0 && bytes >= bytes_at(2);
        const unsigned level = block ? 2 : 3;
        u64& entry = *entry_for(start, level);
        require((entry & kValid) == 0, "user space: mapped twice");
        entry = pa.value | leaf(access, level);
        start = start + bytes_at(level);
        pa = pa + bytes_at(level);
        bytes -= bytes_at(level);
    }
    hw::dsb_ishst();  // the walker sees them; nothing was mapped there before that a TLB could know
    hw::isb();
}

void UserSpace::make_tables(UserVa start, u64 bytes) {
    for (u64 offset = 0; offset < bytes; offset += bytes_at(1)) entry_for(start + offset, 2);
    if (bytes % bytes_at(2) != 0) entry_for(start + (bytes - bytes % bytes_at(2)), 3);
}

u64 UserSpace::ttbr() const { return u64{asid_} << kAsidShift | reinterpret_cast<u64>(root_); }

void use_space(u64 ttbr) {
    hw::write<reg::TTBR0_EL1>(ttbr);
    hw::isb();
}

}  // namespace ws
