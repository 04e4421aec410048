// SPDX-License-Identifier: Apache-2.0
// IT blocks and conditions against the architecture's own words (Arm ARM F5.1, IT; ConditionHolds()).
#include <string>

#include "hyp/world_switch/vcpu_context.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;

namespace {

constexpr u64 kUser = 0x10, kThumb = 0x30;

/// SPSR_EL2 in front of the first instruction of the IT block that IT firstcond, mask opens.
u64 in_block(u64 condition, u64 mask) { return aarch32::with_it_state(kThumb, condition << 4 | mask); }

/// The conditions of a block's instructions, from the assembler's text: T as the first, E its opposite.
std::string letters(u64 condition, u64 mask) {
    std::string text;
    for (u64 it = condition << 4 | mask; it != 0;) {
        text += (it >> 4) == condition ? 'T' : 'E';
        it = (it & 7) == 0 ? 0 : (it & 0xe0) | (it << 1 & 0x1f);
    }
    return text;
}

/// ESR_EL2 of a trapped MRC: with a condition, or without (CV clear).
u64 trapped(u64 condition) { return iss::cp::CV.mask() | iss::cp::COND.of(condition); }
constexpr u64 kConditionInBlock = 0;

}  // namespace

TEST_CASE("an IT block advances as the assembler wrote it") {
    // mask, condition EQ: what GNU as makes of ite, itte, ... (a bit that is the condition's lowest says T).
    CHECK(letters(0, 0x8) == "T");
    CHECK(letters(0, 0x4) == "TT");
    CHECK(letters(0, 0xc) == "TE");
    CHECK(letters(0, 0x2) == "TTT");
    CHECK(letters(0, 0xe) == "TEE");
    CHECK(letters(0, 0x1) == "TTTT");
    CHECK(letters(0, 0xb) == "TETE");
    CHECK(letters(1, 0xb) == "TTET");
    for (u64 condition = 0; condition < 14; ++condition) {
        for (u64 mask = 1; mask < 16; ++mask) {
            INFO("condition " << condition << ", mask " << mask);
            u64 pstate = in_block(condition, mask) | aarch32::kFlags.of(0x5) | aarch32::kBigEndian.mask();
            const u64 rest = pstate & ~(aarch32::kItLow.mask() | aarch32::kItHigh.mask());
            for (const char letter : letters(condition, mask)) {
                CHECK(aarch32::it_state(pstate) >> 4 == (letter == 'T' ? condition : condition ^ 1));
                pstate = aarch32::advance_it(pstate);
                CHECK((pstate & ~(aarch32::kItLow.mask() | aarch32::kItHigh.mask())) == rest);
            }
            CHECK(aarch32::it_state(pstate) == 0);
            CHECK(aarch32::advance_it(pstate) == pstate);
        }
    }
}

TEST_CASE("a condition holds for the flags that it names") {
    for (u64 flags = 0; flags < 16; ++flags) {
        INFO("NZCV " << flags);
        const bool n = flags & 8, z = flags & 4, c = flags & 2, v = flags & 1;
        const bool wanted[] = {z,       !z,     c,      !c,           n,           !n,   v,   !v, c && !z,
                               !c || z, n == v, n != v, !z && n == v, z || n != v, true, true};
        for (u64 condition = 0; condition < 16; ++condition) {
            INFO("condition " << condition);
            const u64 pstate = kUser | aarch32::kFlags.of(flags);
            CHECK(aarch32::condition_holds(condition, pstate) == wanted[condition]);
            CHECK(aarch32::is_executed(trapped(condition), pstate) == wanted[condition]);
            // The syndrome leaves it to the IT block.
            const u64 block = in_block(condition, 0x8) | aarch32::kFlags.of(flags);
            CHECK(aarch32::is_executed(kConditionInBlock, block) == wanted[condition]);
        }
        CHECK(aarch32::is_executed(kConditionInBlock, kThumb | aarch32::kFlags.of(flags)));
        CHECK(aarch32::is_executed(trapped(0), flags << 28));  // AArch64 has no conditions there
    }
}

TEST_CASE("an emulated instruction of AArch32 code is skipped with its IT block") {
    VcpuContext vcpu{};
    constexpr u64 kWide = u64{1} << 25;  // ESR_EL2.IL
    constexpr u64 kStep = u64{1} << 21;
    vcpu.pc() = 0x1000;
    vcpu.pstate() = in_block(0, 0x5) | kStep;  // ITTET: 0b0101
    vcpu.exit.esr = 0;
    vcpu.skip_instruction();
    CHECK(vcpu.pc() == 0x1002);
    CHECK(vcpu.pstate() == aarch32::advance_it(in_block(0, 0x5)));
    vcpu.exit.esr = kWide;
    vcpu.skip_instruction();
    CHECK(vcpu.pc() == 0x1006);
    CHECK(vcpu.pstate() == aarch32::advance_it(aarch32::advance_it(in_block(0, 0x5))));
    vcpu.pc() = 0xffff'fffe;  // the address has 32 bits
    vcpu.skip_instruction();
    CHECK(vcpu.pc() == 2);
    // AArch64: BTYPE is cleared, and nothing is an IT block.
    vcpu.pc() = 0xffff'fffc;
    vcpu.pstate() = 0x0600'fc05 | kStep;
    vcpu.skip_instruction();
    CHECK(vcpu.pc() == 0x1'0000'0000);
    CHECK(vcpu.pstate() == 0x0600'f005);
}
