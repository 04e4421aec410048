// SPDX-License-Identifier: Apache-2.0
// Device registers of 32 bits: one load or store, of the kind whose syndrome says all (Arm ARM D17.2.37, ISV).
#pragma once

#include "hyp/arch/types.hpp"

namespace guest {

inline ws::u32 mmio_read(ws::u64 address) {
    ws::u32 value;
    asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}
inline void mmio_write(ws::u64 address, ws::u32 value) {
    asm volatile("str %w0, [%1]" ::"rZ"(value), "r"(address) : "memory");
}
inline ws::u64 mmio_read64(ws::u64 address) {
    ws::u64 value;
    asm volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}
inline void mmio_write64(ws::u64 address, ws::u64 value) {
    asm volatile("str %x0, [%1]" ::"rZ"(value), "r"(address) : "memory");
}

}  // namespace guest
