// SPDX-License-Identifier: Apache-2.0
#include "memory_pool.hpp"

#include "../arch/hw/zero_memory.hpp"
#include "../base/panic.hpp"
#include "../base/spin_lock.hpp"
#include "../boot/image.hpp"
#include "../stage2/table_memory.hpp"

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

enum class Content : u8 { zeros, anything };

/// A range, or one of no bytes.
PaRange try_take(u64 bytes, u64 alignment, Content content) {
    Locked locked(pool_lock);
    for (u32 i = 0; i < range_count; ++i) {
        const PaRange range = ranges[i];
        const Pa start(align_up(range.start.value, alignment));
        if (start.value + bytes > range.end().value || range.bytes == 0) continue;
        const PaRange taken{start, align_up(bytes, 4096)};
        remove_range(taken);
        if (content == Content::zeros) hw::zero_memory(reinterpret_cast<void*>(taken.start.value), taken.bytes);
        return taken;
    }
    return {};
}

PaRange take(u64 bytes, u64 alignment, Content content) {
    const PaRange taken = try_take(bytes, alignment, content);
    if (taken.bytes == 0) panic("out of memory; bytes wanted", bytes);
    return taken;
}

/// The first of so many tables, one behind the other, that nobody has. The rest of them may hold anything.
struct FreeTables {
    FreeTables* next;
    u64 count;
};
FreeTables* free_tables = nullptr;

void add_free_tables(u64 first, u64 count) {
    FreeTables* const free = reinterpret_cast<FreeTables*>(first);
    Locked locked(pool_lock);
    *free = {free_tables, count};
    free_tables = free;
}

/// Null: there is none.
u64* take_free_table() {
    Locked locked(pool_lock);
    FreeTables* const free = free_tables;
    if (free == nullptr) return nullptr;
    free_tables = free->next;
    if (free->count > 1) {
        FreeTables* const rest = reinterpret_cast<FreeTables*>(reinterpret_cast<u64>(free) + kPageBytes);
        *rest = {free->next, free->count - 1};
        free_tables = rest;
    }
    return reinterpret_cast<u64*>(free);
}

}  // namespace

PaRange take_memory(u64 bytes, u64 alignment) { return take(bytes, alignment, Content::zeros); }

PaRange take_uncleared_memory(u64 bytes, u64 alignment) { return take(bytes, alignment, Content::anything); }

u64* take_table() {
    u64* const table = take_free_table();
    if (table == nullptr) return reinterpret_cast<u64*>(try_take(kPageBytes, kPageBytes, Content::zeros).start.value);
    hw::zero_memory(table, kPageBytes);
    return table;
}

void reserve_tables(u64 count) {
    add_free_tables(take_uncleared_memory(count * kPageBytes, kPageBytes).start.value, count);
}

void give_back_table(u64* table) { add_free_tables(reinterpret_cast<u64>(table), 1); }

}  // namespace ws
