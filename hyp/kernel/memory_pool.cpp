// SPDX-License-Identifier: Apache-2.0
#include "memory_pool.hpp"

#include "../arch/hw/zero_memory.hpp"
#include "../boot/image.hpp"
#include "panic.hpp"

namespace ws {

namespace {

constexpr u32 kMaxRanges = 32;
PaRange ranges[kMaxRanges];
u32 range_count = 0;

void add_range(Pa start, Pa end) {
    if (!(start < end)) return;
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
        PaRange module = board.modules[i].range;
        const u64 first = module.start.value & ~u64{4095};
        remove_range({Pa(first), align_up(module.end().value, 4096) - first});
    }
}

PaRange take_memory(u64 bytes, u64 alignment) {
    for (u32 i = 0; i < range_count; ++i) {
        const PaRange range = ranges[i];
        const Pa start(align_up(range.start.value, alignment));
        if (start.value + bytes > range.end().value || range.bytes == 0) continue;
        const PaRange taken{start, align_up(bytes, 4096)};
        remove_range(taken);
        hw::zero_memory(reinterpret_cast<void*>(taken.start.value), taken.bytes);
        return taken;
    }
    panic("out of memory; bytes wanted", bytes);
}

}  // namespace ws
