// SPDX-License-Identifier: Apache-2.0
// The instructions that access memory, a function each.
#pragma once

#include "guests/lib/hypercall.hpp"

namespace guest {

/// A load: the register afterwards. Its base is the address, an index register holds 4.
struct LoadForm {
    const char* text;
    u64 (*run)(u64 address, u64* base_after);
    u8 bytes;
    bool sign;
    bool wide;       ///< destination is an X register
    int offset;      ///< the access is at base + offset
    int write_back;  ///< base afterwards less base before
};
extern const LoadForm kLoads[];
extern const u64 kLoadCount;

struct StoreForm {
    const char* text;
    void (*run)(u64 address, u64 value, u64* base_after);
    u8 bytes;
    bool zero;  ///< stores the zero register
    int offset;
    int write_back;
};
extern const StoreForm kStores[];
extern const u64 kStoreCount;

/// LDR Wn, [address] for each n; the index 0 to 30. STR likewise.
extern u64 (*const kLoadTo[])(u64 address);
extern void (*const kStoreFrom[])(u64 address, u64 value);

}  // namespace guest
