// SPDX-License-Identifier: Apache-2.0
#include "address_space.hpp"

#include "../arch/stage1_descriptor.hpp"
#include "../base/panic.hpp"

namespace ws {

namespace {

using namespace stage1;

constexpr u64 kNormalIndex = 0;
constexpr u64 kDeviceIndex = 1;

}  // namespace

u64 AddressSpace::leaf(Access access, unsigned level) const {
    u64 bits = kValid | kAccessFlag | (level == 3 ? kTableOrPage : 0);
    bits |= access == Access::device ? kAttrIndx.of(kDeviceIndex) : kAttrIndx.of(kNormalIndex) | kInnerShareable;
    if (access == Access::read_execute || access == Access::read_only) bits |= kReadOnly;
    if (regime_ == Regime::el2) {
        return bits | kAp1 | (access == Access::read_execute ? 0 : kUxnOrXn);
    }
    return bits | kUxnOrXn | (access == Access::read_execute ? 0 : kPxn);
}

/// The entry that maps `address` at `level`; tables above it are added where there are none.
u64& AddressSpace::entry_for(Pa address, unsigned level) {
    Table* table = &tables_[0];
    for (unsigned at = 1; at < level; ++at) {
        u64& entry = table->entries[index_at(address.value, at)];
        if ((entry & kValid) == 0) {
            if (used_ == kTables) panic("out of stage 1 tables at", address.value);
            entry = reinterpret_cast<u64>(tables_[used_++].entries) | kValid | kTableOrPage;
        } else if ((entry & kTableOrPage) == 0) {
            panic("a stage 1 block is in the way at", address.value);
        }
        table = reinterpret_cast<Table*>(entry & kAddressMask);
    }
    return table->entries[index_at(address.value, level)];
}

void AddressSpace::map(Pa start, u64 bytes, Access access) {
    require(start.value % 4096 == 0 && bytes % 4096 == 0, "stage 1: not a multiple of a page");
    require((start.value + bytes) >> kAddressBits == 0, "stage 1: beyond 39 bits");
    while (bytes != 0) {
        // The largest block that the address and the rest allow.
        unsigned level = 3;
        while (level > 1 && start.value % bytes_at(level - 1) == 0 && bytes >= bytes_at(level - 1)) --level;
        u64& entry = entry_for(start, level);
        const u64 wanted = start.value | leaf(access, level);
        if ((entry & kValid) != 0 && entry != wanted) panic("stage 1: mapped twice, differently, at", start.value);
        entry = wanted;
        start = start + bytes_at(level);
        bytes -= bytes_at(level);
    }
}

}  // namespace ws
