// SPDX-License-Identifier: Apache-2.0
// MRS and MSR of any encoding, whether or not there is such a register.
#pragma once

#include "guests/lib/guest.hpp"
#include "hyp/arch/registers.hpp"

namespace guest {

/// All encodings that MRS and MSR have: op0 is 2 or 3 (Arm ARM C5.1.2), so one bit of it counts.
inline constexpr u32 kEncodings = 1 << 15;

/// The encoding with this number, and the other way round.
constexpr ws::SysregEncoding encoding_of(u32 number) {
    return {static_cast<u8>(2 + (number >> 14)), static_cast<u8>(number >> 11 & 7), static_cast<u8>(number >> 7 & 15),
            static_cast<u8>(number >> 3 & 15), static_cast<u8>(number & 7)};
}
constexpr u32 number_of(ws::SysregEncoding e) {
    return (e.op0 & 1U) << 14 | u32{e.op1} << 11 | u32{e.crn} << 7 | u32{e.crm} << 3 | e.op2;
}

/// Writes the instructions. Before any of the others.
void make_probes();

/// MRS: false if it is undefined.
bool probe_read(u32 number, u64& value);
/// MSR: false if it is undefined.
bool probe_write(u32 number, u64 value);

}  // namespace guest
