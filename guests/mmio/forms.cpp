// SPDX-License-Identifier: Apache-2.0
#include "forms.hpp"

namespace guest {

namespace {

// The destination starts as all ones: bits that a load must clear are seen.
#define LOAD(text, bytes, sign, wide, offset, write_back)                                              \
    LoadForm {                                                                                         \
        text,                                                                                          \
            [](u64 base, u64* base_after) {                                                            \
                u64 value = ~u64{0};                                                                   \
                asm volatile(text : "+&r"(value), "+&r"(base) : "r"(u64{4}), "r"(~u64{3}) : "memory"); \
                *base_after = base;                                                                    \
                return value;                                                                          \
            },                                                                                         \
            bytes, sign, wide, offset, write_back                                                      \
    }

#define STORE(text, bytes, zero, offset, write_back)                                                 \
    StoreForm {                                                                                      \
        text,                                                                                        \
            [](u64 base, u64 value, u64* base_after) {                                               \
                asm volatile(text : "+&r"(base) : "r"(value), "r"(u64{4}), "r"(~u64{3}) : "memory"); \
                *base_after = base;                                                                  \
            },                                                                                       \
            bytes, zero, offset, write_back                                                          \
    }

}  // namespace

const LoadForm kLoads[] = {
    LOAD("ldrb %w0, [%1]", 1, false, false, 0, 0),
    LOAD("ldrh %w0, [%1]", 2, false, false, 0, 0),
    LOAD("ldr %w0, [%1]", 4, false, false, 0, 0),
    LOAD("ldr %0, [%1]", 8, false, true, 0, 0),
    LOAD("ldrsb %w0, [%1]", 1, true, false, 0, 0),
    LOAD("ldrsb %0, [%1]", 1, true, true, 0, 0),
    LOAD("ldrsh %w0, [%1]", 2, true, false, 0, 0),
    LOAD("ldrsh %0, [%1]", 2, true, true, 0, 0),
    LOAD("ldrsw %0, [%1]", 4, true, true, 0, 0),
    LOAD("ldurb %w0, [%1, #1]", 1, false, false, 1, 0),
    LOAD("ldursb %0, [%1, #3]", 1, true, true, 3, 0),
    LOAD("ldur %w0, [%1, #-4]", 4, false, false, -4, 0),
    LOAD("ldr %w0, [%1, #8]", 4, false, false, 8, 0),
    LOAD("ldr %w0, [%1, %2]", 4, false, false, 4, 0),
    LOAD("ldr %w0, [%1, %2, lsl #2]", 4, false, false, 16, 0),
    LOAD("ldr %w0, [%1, %w2, uxtw #2]", 4, false, false, 16, 0),
    LOAD("ldr %w0, [%1, %w3, sxtw]", 4, false, false, -4, 0),
    LOAD("ldrsw %0, [%1, %3, sxtx]", 4, true, true, -4, 0),
    LOAD("ldrsb %0, [%1, %2]", 1, true, true, 4, 0),
    LOAD("ldtr %w0, [%1]", 4, false, false, 0, 0),
    LOAD("ldtrsb %0, [%1]", 1, true, true, 0, 0),
    LOAD("ldar %w0, [%1]", 4, false, false, 0, 0),
    LOAD("ldarb %w0, [%1]", 1, false, false, 0, 0),
    LOAD("ldr %w0, [%1], #4", 4, false, false, 0, 4),
    LOAD("ldr %w0, [%1, #4]!", 4, false, false, 4, 4),
    LOAD("ldr %w0, [%1, #-8]!", 4, false, false, -8, -8),
    LOAD("ldr %0, [%1], #-16", 8, false, true, 0, -16),
    LOAD("ldrb %w0, [%1], #1", 1, false, false, 0, 1),
    LOAD("ldrsb %0, [%1, #2]!", 1, true, true, 2, 2),
    LOAD("ldrsh %0, [%1], #2", 2, true, true, 0, 2),
    LOAD("ldrsw %0, [%1, #4]!", 4, true, true, 4, 4),
    LOAD("ldp %w0, wzr, [%1]", 4, false, false, 0, 0),
    LOAD("ldp wzr, %w0, [%1]", 4, false, false, 4, 0),
    LOAD("ldnp %w0, wzr, [%1]", 4, false, false, 0, 0),
    LOAD("ldp %w0, wzr, [%1], #8", 4, false, false, 0, 8),
    LOAD("ldp wzr, %w0, [%1, #-8]!", 4, false, false, -4, -8),
    LOAD("ldpsw %0, xzr, [%1]", 4, true, true, 0, 0),
    LOAD("ldpsw xzr, %0, [%1, #8]!", 4, true, true, 12, 8),
    LOAD("ldp %0, xzr, [%1]", 8, false, true, 0, 0),
    LOAD("ldp xzr, %0, [%1], #16", 8, false, true, 8, 16),
};
const u64 kLoadCount = sizeof(kLoads) / sizeof(kLoads[0]);

const StoreForm kStores[] = {
    STORE("strb %w1, [%0]", 1, false, 0, 0),
    STORE("strh %w1, [%0]", 2, false, 0, 0),
    STORE("str %w1, [%0]", 4, false, 0, 0),
    STORE("str %1, [%0]", 8, false, 0, 0),
    STORE("strb wzr, [%0]", 1, true, 0, 0),
    STORE("str wzr, [%0]", 4, true, 0, 0),
    STORE("str xzr, [%0]", 8, true, 0, 0),
    STORE("sturb %w1, [%0, #3]", 1, false, 3, 0),
    STORE("stur %w1, [%0, #-4]", 4, false, -4, 0),
    STORE("str %w1, [%0, #8]", 4, false, 8, 0),
    STORE("str %w1, [%0, %2]", 4, false, 4, 0),
    STORE("str %w1, [%0, %w2, uxtw #2]", 4, false, 16, 0),
    STORE("str %w1, [%0, %w3, sxtw]", 4, false, -4, 0),
    STORE("sttr %w1, [%0]", 4, false, 0, 0),
    STORE("stlr %w1, [%0]", 4, false, 0, 0),
    STORE("stlrb %w1, [%0]", 1, false, 0, 0),
    STORE("str %w1, [%0], #4", 4, false, 0, 4),
    STORE("str %w1, [%0, #-4]!", 4, false, -4, -4),
    STORE("strb %w1, [%0], #1", 1, false, 0, 1),
    STORE("strh %w1, [%0, #2]!", 2, false, 2, 2),
    STORE("str %1, [%0], #8", 8, false, 0, 8),
    STORE("stp %w1, %w1, [%0]", 4, false, 4, 0),
    STORE("stp %w1, wzr, [%0], #8", 4, false, 0, 8),
    STORE("stp wzr, %w1, [%0, #-8]!", 4, false, -4, -8),
    STORE("stnp %w1, wzr, [%0]", 4, false, 0, 0),
    STORE("stp %1, xzr, [%0]", 8, false, 0, 0),
    STORE("stp xzr, %1, [%0, #16]!", 8, false, 24, 16),
};
const u64 kStoreCount = sizeof(kStores) / sizeof(kStores[0]);

namespace {

#define LOAD_TO(n)                                                           \
    [](u64 address) {                                                        \
        u64 value;                                                           \
        asm volatile("mov x" #n ", #-1\n\tldr w" #n ", [%1]\n\tmov %0, x" #n \
                     : "=r"(value)                                           \
                     : "r"(address)                                          \
                     : "x" #n, "memory");                                    \
        return value;                                                        \
    }
#define STORE_FROM(n)                                                                                       \
    [](u64 address, u64 value) {                                                                            \
        asm volatile("mov x" #n ", %1\n\tstr w" #n ", [%0]" ::"r"(address), "r"(value) : "x" #n, "memory"); \
    }

/// X29 is the compiler's frame pointer: it comes back before the compiler notices.
u64 load_to_29(u64 address) {
    u64 value = address;
    u64 kept;
    asm volatile("mov %1, x29\n\tmov x29, #-1\n\tldr w29, [%0]\n\tmov %0, x29\n\tmov x29, %1"
                 : "+&r"(value), "=&r"(kept)::"memory");
    return value;
}
void store_from_29(u64 address, u64 value) {
    u64 kept;
    asm volatile("mov %0, x29\n\tmov x29, %2\n\tstr w29, [%1]\n\tmov x29, %0"
                 : "=&r"(kept)
                 : "r"(address), "r"(value)
                 : "memory");
}

}  // namespace

#define EACH_REGISTER(f, special)                                                                                \
    f(0), f(1), f(2), f(3), f(4), f(5), f(6), f(7), f(8), f(9), f(10), f(11), f(12), f(13), f(14), f(15), f(16), \
        f(17), f(18), f(19), f(20), f(21), f(22), f(23), f(24), f(25), f(26), f(27), f(28), special, f(30)

u64 (*const kLoadTo[])(u64) = {EACH_REGISTER(LOAD_TO, load_to_29)};
void (*const kStoreFrom[])(u64, u64) = {EACH_REGISTER(STORE_FROM, store_from_29)};

}  // namespace guest
