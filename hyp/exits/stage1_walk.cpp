// SPDX-License-Identifier: Apache-2.0
#include "stage1_walk.hpp"

namespace ws {

namespace {

using TCR = reg::TCR_EL1;

constexpr unsigned kMostAddressBits = 52;

/// TCR_EL1.TG0 and TG1 have different codes for the same granules.
unsigned granule_bits(u64 tcr, bool upper) {
    const u64 code = upper ? TCR::TG1.get(tcr) : TCR::TG0.get(tcr);
    constexpr u64 k64KiB[] = {1, 3}, k16KiB[] = {2, 1};
    if (code == k64KiB[upper ? 1 : 0]) return 16;
    return code == k16KiB[upper ? 1 : 0] ? 14 : 12;
}

constexpr u64 low(unsigned bits) { return (u64{1} << bits) - 1; }

}  // namespace

Stage1Walk::Stage1Walk(u64 tcr, u64 ttbr0, u64 ttbr1, u64 address) : address_(address) {
    const bool upper = (address >> 55 & 1) != 0;
    granule_bits_ = granule_bits(tcr, upper);
    address_bits_ = 64 - static_cast<unsigned>(upper ? TCR::T1SZ.get(tcr) : TCR::T0SZ.get(tcr));
    // Sizes that are not to be used: smaller than a page, or larger than any of these granules translates.
    if (address_bits_ <= granule_bits_) address_bits_ = granule_bits_ + 1;
    if (address_bits_ > kMostAddressBits) address_bits_ = kMostAddressBits;
    const unsigned stride = granule_bits_ - 3;  // each level translates as many bits as fill a table with descriptors
    const unsigned levels = (address_bits_ - granule_bits_ + stride - 1) / stride;
    level_ = kLastLevel + 1 - static_cast<int>(levels);
    const u64 base = reg::TTBR0_EL1::BADDR.get(upper ? ttbr1 : ttbr0) << 1;
    const unsigned first_index_bits = address_bits_ - granule_bits_ - (levels - 1) * stride;
    table_ = base & ~low(first_index_bits + 3);  // a table is aligned to its size
}

Ipa Stage1Walk::descriptor_address() const {
    const unsigned stride = granule_bits_ - 3;
    const unsigned shift = granule_bits_ + static_cast<unsigned>(kLastLevel - level_) * stride;
    const unsigned above = address_bits_ - shift;
    const u64 index = address_ >> shift & low(above < stride ? above : stride);
    return Ipa(table_ + index * 8);
}

void Stage1Walk::descend(u64 descriptor) {
    constexpr unsigned kOutputBits = 48;  // bits above are beyond what stage 2 translates
    table_ = descriptor & low(kOutputBits) & ~low(granule_bits_);
    ++level_;
}

}  // namespace ws
