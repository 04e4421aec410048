// SPDX-License-Identifier: Apache-2.0
// Accesses to the board's devices: one instruction each, in program order, never merged.
#pragma once

#include "../types.hpp"
#include "attributes.hpp"

namespace ws::hw {

WS_INLINE u32 read_mmio32(Pa address) {
    u32 value;
    asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address.value) : "memory");
    return value;
}
WS_INLINE u64 read_mmio64(Pa address) {
    u64 value;
    asm volatile("ldr %0, [%1]" : "=r"(value) : "r"(address.value) : "memory");
    return value;
}
WS_INLINE void write_mmio32(Pa address, u32 value) {
    asm volatile("str %w0, [%1]" ::"rZ"(value), "r"(address.value) : "memory");
}
WS_INLINE void write_mmio64(Pa address, u64 value) {
    asm volatile("str %x0, [%1]" ::"rZ"(value), "r"(address.value) : "memory");
}

}  // namespace ws::hw
