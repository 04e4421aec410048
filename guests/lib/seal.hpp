// SPDX-License-Identifier: Apache-2.0
// How a guest of a lab speaks to the grader, past the hypervisor that is the student's: by HVCs whose immediates QEMU
// logs (seal.S, scripts/wslib/labs/sealed.py). What it says is made of a key that the grader has put into its image,
// so that no run says what another one did.
#pragma once

#include "hyp/arch/types.hpp"

namespace guest {

using ws::u16;
using ws::u64;
using ws::u8;

/// What the grader writes into the image before a run, at the symbol `lab_seed`.
struct LabSeed {
    u64 magic;  ///< kLabMagic, by which the grader knows the place
    u64 seed;   ///< what the guest's patterns and orders are made of
    u64 key;    ///< what its digests begin with
    u64 vm;     ///< 1 or 2: whose bytes these are, where two VMs run
    u64 rounds;
    u64 mix;  ///< of the kinds of traps that a guest knows, which; 0 are all
};
inline constexpr u64 kLabMagic = 0x6465'6573'2062'616c;  // "lab seed"
extern "C" volatile LabSeed lab_seed;

/// Of everything that a check has looked at.
class Digest {
  public:
    explicit Digest(u64 key) : value_(key) {}
    void add(u64 word) {
        value_ = (value_ ^ word) * 0x9E37'79B9'7F4A'7C15;
        value_ ^= value_ >> 29;
    }
    u64 value() const { return value_; }

  private:
    u64 value_;
};

/// Twelve bytes: which check, in which round, what it found (0xffff: nothing wrong), and its digest.
void seal(u8 check, u8 round, u16 found, const Digest& digest);
inline constexpr u16 kNothingWrong = 0xffff;

}  // namespace guest
