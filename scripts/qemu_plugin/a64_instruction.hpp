// SPDX-License-Identifier: Apache-2.0
// What outside_recorder.cpp must know of an A64 instruction before it is executed (Arm ARM C4.1): does it branch, does
// it move a system register, does it load or store a register that such a move is about?
#pragma once

#include <cstdint>

namespace a64 {

enum class Kind : std::uint8_t {
    plain,
    branch,       ///< B
    call,         ///< BL
    conditional,  ///< B.cond, CBZ, CBNZ, TBZ, TBNZ
    branch_to,    ///< BR
    call_to,      ///< BLR
    back,         ///< RET
    exception,    ///< SVC, HVC, SMC: complete when the exception is taken
    eret,
    mrs,
    msr,
    load,          ///< LDR and LDP of 64-bit registers, relative to a register
    store,         ///< STR and STP
    vector_load,   ///< LDP Q30, Q31
    vector_store,  ///< STP Q0, Q1
};

inline constexpr unsigned kZeroOrSp = 31;

struct Instruction {
    std::uint64_t pc = 0;
    std::int64_t offset = 0;     ///< of a branch, or of the first register that is loaded or stored
    std::uint16_t encoding = 0;  ///< of a system register
    Kind kind = Kind::plain;
    std::uint8_t rt = 0;   ///< register that is moved
    std::uint8_t rt2 = 0;  ///< second one of a pair, else kZeroOrSp
    std::uint8_t rn = 0;   ///< base, or where a branch goes
};

constexpr std::int64_t sign_extended(std::uint32_t value, unsigned bits) {
    const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
    return static_cast<std::int64_t>((value ^ sign) - sign);
}

constexpr std::uint32_t bits(std::uint32_t word, unsigned msb, unsigned lsb) {
    return (word >> lsb) & ((1U << (msb - lsb + 1)) - 1);
}

constexpr void decode_branch(std::uint32_t word, Instruction& out) {
    constexpr unsigned kBytes = 4;
    if ((word & 0x7C00'0000) == 0x1400'0000) {
        out.kind = (word & 0x8000'0000) != 0 ? Kind::call : Kind::branch;
        out.offset = sign_extended(bits(word, 25, 0), 26) * kBytes;
    } else if ((word & 0xFF00'0000) == 0x5400'0000 || (word & 0x7E00'0000) == 0x3400'0000) {
        out.kind = Kind::conditional;
        out.offset = sign_extended(bits(word, 23, 5), 19) * kBytes;
    } else if ((word & 0x7E00'0000) == 0x3600'0000) {
        out.kind = Kind::conditional;
        out.offset = sign_extended(bits(word, 18, 5), 14) * kBytes;
    } else if ((word & 0xFE00'0000) == 0xD600'0000) {  // those with pointer authentication too
        const std::uint32_t operation = bits(word, 22, 21);
        const bool exception_return = bits(word, 24, 21) == 4;
        out.rn = static_cast<std::uint8_t>(bits(word, 9, 5));
        if (exception_return) {
            out.kind = Kind::eret;
        } else if (operation == 2) {
            out.kind = Kind::back;
            if (out.rn == kZeroOrSp) out.rn = 30;  // RETAA, RETAB
        } else {
            out.kind = operation == 1 ? Kind::call_to : Kind::branch_to;
        }
    }
}

constexpr void decode_transfer(std::uint32_t word, Instruction& out) {
    constexpr unsigned kBytes = 8;
    out.rt = static_cast<std::uint8_t>(bits(word, 4, 0));
    out.rt2 = kZeroOrSp;
    out.rn = static_cast<std::uint8_t>(bits(word, 9, 5));
    const bool loads = (word & 0x0040'0000) != 0;
    const std::uint32_t indexing = bits(word, 24, 23);  // of a pair: 1 post-index, 2 signed offset, 3 pre-index
    if ((word & 0xFF80'0000) == 0xF900'0000) {
        out.offset = static_cast<std::int64_t>(bits(word, 21, 10)) * kBytes;
    } else if ((word & 0xFFA0'0000) == 0xF800'0000 && bits(word, 11, 10) != 2) {  // unscaled, post-index, pre-index
        out.offset = bits(word, 11, 10) == 1 ? 0 : sign_extended(bits(word, 20, 12), 9);
    } else if ((word & 0xFE00'0000) == 0xA800'0000 && indexing != 0) {
        out.rt2 = static_cast<std::uint8_t>(bits(word, 14, 10));
        out.offset = indexing == 1 ? 0 : sign_extended(bits(word, 21, 15), 7) * kBytes;
    } else if ((word & 0xFE00'0000) == 0xAC00'0000) {
        const bool first = !loads && out.rt == 0 && bits(word, 14, 10) == 1;
        const bool last = loads && out.rt == 30 && bits(word, 14, 10) == 31;
        if (first) out.kind = Kind::vector_store;
        if (last) out.kind = Kind::vector_load;
        return;
    } else {
        return;
    }
    out.kind = loads ? Kind::load : Kind::store;
}

constexpr Instruction decode(std::uint64_t pc, std::uint32_t word) {
    Instruction out;
    out.pc = pc;
    decode_branch(word, out);
    if (out.kind != Kind::plain) return out;
    if ((word & 0xFFE0'001C) == 0xD400'0000 && bits(word, 1, 0) != 0) {
        out.kind = Kind::exception;
    } else if ((word & 0xFFD0'0000) == 0xD510'0000) {
        out.kind = (word & 0x0020'0000) != 0 ? Kind::mrs : Kind::msr;
        out.encoding = static_cast<std::uint16_t>(bits(word, 20, 5));
        out.rt = static_cast<std::uint8_t>(bits(word, 4, 0));
    } else {
        decode_transfer(word, out);
    }
    return out;
}

}  // namespace a64
