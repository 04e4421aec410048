// SPDX-License-Identifier: Apache-2.0
#include "load_store.hpp"

namespace ws {

namespace {

constexpr u8 kStackPointer = 31;

constexpr u32 bits(u32 instruction, unsigned msb, unsigned lsb) {
    return instruction >> lsb & ((2U << (msb - lsb)) - 1);
}

constexpr i64 signed_bits(u32 instruction, unsigned msb, unsigned lsb) {
    return static_cast<i64>(static_cast<u64>(bits(instruction, msb, lsb)) << (63 - (msb - lsb))) >> (63 - (msb - lsb));
}

void read_registers(u32 instruction, LoadStore& out) {
    out.rt = static_cast<u8>(bits(instruction, 4, 0));
    out.rn = static_cast<u8>(bits(instruction, 9, 5));
}

/// The fields `size` and `opc` of a single register's access (Arm ARM C4.1.94).
bool read_size(u32 size, u32 opc, LoadStore& out) {
    out.bytes = static_cast<u8>(1U << size);
    out.load = opc != 0;
    out.sign_extend = opc >= 2;
    switch (opc) {
        case 0:
        case 1: out.to_64 = size == 3; return true;
        case 2: out.to_64 = true; return size != 3;  // size 3 is PRFM
        default: return size < 2;
    }
}

/// With a written-back base that is also loaded or stored, the result is CONSTRAINED UNPREDICTABLE (Arm ARM K1).
bool base_is_clear(const LoadStore& out) {
    if (!out.writeback || out.rn == kStackPointer) return true;
    return out.rn != out.rt && !(out.pair && out.rn == out.rt2);
}

/// size 111 0 01 opc imm12 Rn Rt
bool decode_unsigned_offset(u32 instruction, LoadStore& out) {
    const u32 size = bits(instruction, 31, 30);
    out.offset = static_cast<i64>(bits(instruction, 21, 10)) << size;
    return read_size(size, bits(instruction, 23, 22), out);
}

/// size 111 0 00 opc 1 Rm option S 10 Rn Rt
bool decode_register_offset(u32 instruction, LoadStore& out) {
    const u32 size = bits(instruction, 31, 30);
    const u32 option = bits(instruction, 15, 13);
    out.register_offset = true;
    out.rm = static_cast<u8>(bits(instruction, 20, 16));
    out.extend = LoadStore::Extend{static_cast<u8>(option)};
    out.shift = bits(instruction, 12, 12) != 0 ? static_cast<u8>(size) : u8{0};
    return (option & 2) != 0 && read_size(size, bits(instruction, 23, 22), out);
}

/// size 111 0 00 opc 0 imm9 form Rn Rt: unscaled, post-index, unprivileged, pre-index
bool decode_imm9(u32 instruction, LoadStore& out) {
    const u32 form = bits(instruction, 11, 10);
    out.offset = signed_bits(instruction, 20, 12);
    out.post_index = form == 1;
    out.writeback = form == 1 || form == 3;
    return read_size(bits(instruction, 31, 30), bits(instruction, 23, 22), out) && base_is_clear(out);
}

/// opc 101 0 form L imm7 Rt2 Rn Rt: no-allocate, post-index, signed offset, pre-index
bool decode_pair(u32 instruction, LoadStore& out) {
    const u32 opc = bits(instruction, 31, 30);
    const u32 form = bits(instruction, 24, 23);
    out.pair = true;
    out.load = bits(instruction, 22, 22) != 0;
    out.rt2 = static_cast<u8>(bits(instruction, 14, 10));
    out.bytes = opc == 2 ? 8 : 4;
    out.to_64 = opc != 0;
    out.sign_extend = opc == 1;
    out.offset = signed_bits(instruction, 21, 15) * out.bytes;
    out.post_index = form == 1;
    out.writeback = form == 1 || form == 3;
    if (opc == 3 || (opc == 1 && (!out.load || form == 0))) return false;  // opc 1 is LDPSW, and STGP if it stores
    if (out.load && out.rt == out.rt2) return false;                       // CONSTRAINED UNPREDICTABLE
    return base_is_clear(out);
}

/// LDAR, STLR: size 001000 1 L 0 (11111) 1 (11111) Rn Rt
bool is_ordered(u32 instruction) { return (instruction & 0x3fbf'fc00) == 0x089f'fc00; }

/// LDAPR: size 111000 101 (11111) 1100 00 Rn Rt
bool is_ldapr(u32 instruction) { return (instruction & 0x3fff'fc00) == 0x38bf'c000; }

/// LDAPUR, STLUR: size 011001 opc 0 imm9 00 Rn Rt
bool is_unscaled_ordered(u32 instruction) { return (instruction & 0x3f20'0c00) == 0x1900'0000; }

}  // namespace

bool decode_load_store(u32 instruction, LoadStore& out) {
    out = LoadStore();
    read_registers(instruction, out);
    const u32 size = bits(instruction, 31, 30);
    if (is_ordered(instruction)) return read_size(size, bits(instruction, 22, 22), out);
    if (is_ldapr(instruction)) return read_size(size, 1, out);
    if (is_unscaled_ordered(instruction)) return decode_imm9(instruction, out);
    // Bits 29:27 name the group, and bit 26 is set for SIMD&FP (Arm ARM C4.1.94).
    if (bits(instruction, 29, 25) == 0b10100) return decode_pair(instruction, out);
    if (bits(instruction, 29, 26) != 0b1110) return false;
    if (bits(instruction, 25, 24) == 1) return decode_unsigned_offset(instruction, out);
    if (bits(instruction, 25, 24) != 0) return false;
    if (bits(instruction, 21, 21) == 0) return decode_imm9(instruction, out);
    return bits(instruction, 11, 10) == 2 && decode_register_offset(instruction, out);
}

i64 LoadStore::distance(u64 index) const {
    if (post_index) return 0;
    if (!register_offset) return offset;
    if (extend == Extend::uxtw) index = static_cast<u32>(index);
    if (extend == Extend::sxtw) index = static_cast<u64>(static_cast<i64>(static_cast<std::int32_t>(index)));
    return static_cast<i64>(index << shift);
}

u64 LoadStore::loaded(u64 value) const {
    const unsigned unused = 64 - 8 * bytes;
    value <<= unused;
    if (!sign_extend) return value >> unused;
    const u64 wide = static_cast<u64>(static_cast<i64>(value) >> unused);
    return to_64 ? wide : static_cast<u32>(wide);
}

}  // namespace ws
