// SPDX-License-Identifier: Apache-2.0
// What a load or store instruction does. A data abort describes plain ones in ESR_EL2.ISS (ISV = 1); for pairs and for
// those that write the base register back, ISV is 0 and the hypervisor reads the instruction (Arm ARM: ESR_EL2,
// "ISS encoding for an exception from a Data Abort"; C4.1.94, "Loads and Stores").
#pragma once

#include "../arch/types.hpp"

namespace ws {

struct LoadStore {
    /// How the index register is made a 64-bit offset: the instruction's field `option`.
    enum class Extend : u8 { uxtw = 2, lsl = 3, sxtw = 6, sxtx = 7 };

    bool load = false;
    u8 bytes = 0;  ///< of each register: 1, 2, 4 or 8
    bool sign_extend = false;
    bool to_64 = false;  ///< the register is an X register
    bool pair = false;
    u8 rt = 0, rt2 = 0;            ///< 31 is the zero register
    u8 rn = 0;                     ///< the base; 31 is the stack pointer
    bool writeback = false;        ///< the base becomes base + offset
    bool post_index = false;       ///< and the access is at the base as it was
    i64 offset = 0;                ///< 0 if there is an index register
    bool register_offset = false;  ///< the offset is in rm (31 is the zero register)
    u8 rm = 0;
    Extend extend = Extend::lsl;
    u8 shift = 0;

    friend bool operator==(const LoadStore&, const LoadStore&) = default;

    /// Where the access is, as a distance from the base; `index` is rm's value.
    i64 distance(u64 index) const;
    /// What the register holds after a load of `value`, of which `bytes` count.
    u64 loaded(u64 value) const;
};

/// False: not a load or store of general-purpose registers that an emulated device can answer: exclusives, atomics,
/// SIMD&FP, prefetches, literals, and what is unallocated or CONSTRAINED UNPREDICTABLE.
bool decode_load_store(u32 instruction, LoadStore& out);

}  // namespace ws
