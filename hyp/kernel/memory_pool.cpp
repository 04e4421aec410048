// SPDX-License-Identifier: Apache-2.0
#include "memory_pool.hpp"

#include "../arch/hw/zero_memory.hpp"
#include "../boot/image.hpp"
#include "../stage2/table_memory.hpp"
#include "panic.hpp"
#include "spin_lock.hpp"

namespace ws {

namespace {

constexpr u32 kMaxRanges = 32;
PaRange ranges[kMaxRanges];
u32 range_count = 0;

void add_range(Pa start, Pa end) {
    if (!(start < end)) return;
    for (u32 i = 0; i < range_count; ++i) {
        if (ranges[i].bytes == 0) {
            ranges[i] = {start, end - start};
            return;
        }
    }
    require(range_count < kMaxRanges, "too many ranges of free memory");
    ranges[range_count++] = {start, end - start};
}

/// Takes [used] out of every free range; what remains on both sides stays free.
void remove_range(PaRange used) {
    const u32 before = range_count;
    for (u32 i = 0; i < before; ++i) {
        const PaRange range = ranges[i];
        if (!range.overlaps(used)) continue;
        ranges[i].bytes = 0;
        add_range(range.start, used.start);
        add_range(used.end(), range.end());
    }
}

constexpr u64 align_up(u64 value, u64 alignment) { return (value + alignment - 1) & ~(alignment - 1); }

}  // namespace

void open_memory_pool() {
    const Pa end = board.memory.end();
    add_range(board.memory.start, Pa(end.value - board.options.reserve));
    // Below the image is what QEMU's own boot code left.
    remove_range({board.memory.start, image_address(image_end) - board.memory.start});
    for (u32 i = 0; i < board.module_count; ++i) {
        const Module& module = board.modules[i];
        remove_range(pages_of(module.range));
        if (module.ramdisk.bytes != 0) remove_range(pages_of(module.ramdisk));
    }
}

namespace {

SpinLock pool_lock;

/// A zeroed range, or one of no bytes.
PaRange try_take(u64 bytes, u64 alignment) {
    Locked locked(pool_lock);
    for (u32 i = 0; i < range_count; ++i) {
        const PaRange range = ranges[i];
        const Pa start(align_up(range.start.value, alignment));
        if (start.value + bytes > range.end().value || range.bytes == 0) continue;
        const PaRange taken{start, align_up(bytes, 4096)};
        remove_range(taken);
        hw::zero_memory(reinterpret_cast<void*>(taken.start.value), taken.bytes);
        return taken;
    }
    return {};
}

/// Tables that were given back, each pointing to the next.
struct FreeTable {
    FreeTable* next;
};
FreeTable* free_tables = nullptr;

}  // namespace

PaRange take_memory(u64 bytes, u64 alignment) {
    const PaRange taken = try_take(bytes, alignment);
    if (taken.bytes == 0) panic("out of memory; bytes wanted", bytes);
    return taken;
}

u64* take_table() {
    FreeTable* table;
    {
        Locked locked(pool_lock);
        table = free_tables;
        if (table != nullptr) free_tables = table->next;
    }
    if (table == nullptr) return reinterpret_cast<u64*>(try_take(4096, 4096).start.value);
    hw::zero_memory(table, 4096);
    return reinterpret_cast<u64*>(table);
}

void reserve_tables(u64 count) {
    const PaRange tables = take_memory(count * 4096, 4096);
    for (u64 i = 0; i < count; ++i) give_back_table(reinterpret_cast<u64*>(tables.start.value + i * 4096));
}

void give_back_table(u64* table) {
    FreeTable* const free = reinterpret_cast<FreeTable*>(table);
    Locked locked(pool_lock);
    free->next = free_tables;
    free_tables = free;
}

}  // namespace ws
