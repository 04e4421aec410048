// SPDX-License-Identifier: Apache-2.0
// The decoder of loads and stores against what GNU as makes of the texts beside the words, and against the encodings'
// diagrams in the Arm ARM (C4.1.94), combination by combination.
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "hyp/exits/load_store.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;

namespace {

struct Assembled {
    u32 word;
    const char* text;
};

constexpr Assembled kAccepted[] = {
    {0xf840'8441, "ldr x1, [x2], #8"},
    {0xb85f'c441, "ldr w1, [x2], #-4"},
    {0xf84f'fc41, "ldr x1, [x2, #255]!"},
    {0xf850'0fbe, "ldr x30, [x29, #-256]!"},
    {0xb841'0fe0, "ldr w0, [sp, #16]!"},
    {0xf841'07ff, "ldr xzr, [sp], #16"},
    {0xf800'8441, "str x1, [x2], #8"},
    {0xb81f'c441, "str w1, [x2], #-4"},
    {0xf81f'0fe5, "str x5, [sp, #-16]!"},
    {0xb800'44ff, "str wzr, [x7], #4"},
    {0xf800'8cff, "str xzr, [x7, #8]!"},
    {0x3840'1483, "ldrb w3, [x4], #1"},
    {0x385f'fc83, "ldrb w3, [x4, #-1]!"},
    {0x3800'1483, "strb w3, [x4], #1"},
    {0x3800'1c9f, "strb wzr, [x4, #1]!"},
    {0x7840'2483, "ldrh w3, [x4], #2"},
    {0x7840'2c83, "ldrh w3, [x4, #2]!"},
    {0x781f'e483, "strh w3, [x4], #-2"},
    {0x781f'ec83, "strh w3, [x4, #-2]!"},
    {0x38c0'1549, "ldrsb w9, [x10], #1"},
    {0x3880'1549, "ldrsb x9, [x10], #1"},
    {0x38c0'3d49, "ldrsb w9, [x10, #3]!"},
    {0x3880'3d49, "ldrsb x9, [x10, #3]!"},
    {0x78c0'2549, "ldrsh w9, [x10], #2"},
    {0x7880'2549, "ldrsh x9, [x10], #2"},
    {0x78c0'6d49, "ldrsh w9, [x10, #6]!"},
    {0x7880'6d49, "ldrsh x9, [x10, #6]!"},
    {0xb880'4549, "ldrsw x9, [x10], #4"},
    {0xb89f'4d49, "ldrsw x9, [x10, #-12]!"},
    {0xf85f'8041, "ldur x1, [x2, #-8]"},
    {0xb840'3041, "ldur w1, [x2, #3]"},
    {0xf810'0041, "stur x1, [x2, #-256]"},
    {0xb80f'f041, "stur w1, [x2, #255]"},
    {0x385f'f041, "ldurb w1, [x2, #-1]"},
    {0x381f'f041, "sturb w1, [x2, #-1]"},
    {0x7840'1041, "ldurh w1, [x2, #1]"},
    {0x781f'f3e1, "sturh w1, [sp, #-1]"},
    {0x38df'b041, "ldursb w1, [x2, #-5]"},
    {0x389f'b041, "ldursb x1, [x2, #-5]"},
    {0x78df'b041, "ldursh w1, [x2, #-5]"},
    {0x789f'b041, "ldursh x1, [x2, #-5]"},
    {0xb89f'b041, "ldursw x1, [x2, #-5]"},
    {0xf85f'8841, "ldtr x1, [x2, #-8]"},
    {0xb840'8841, "ldtr w1, [x2, #8]"},
    {0xf800'0841, "sttr x1, [x2]"},
    {0xb81f'c841, "sttr w1, [x2, #-4]"},
    {0x3840'9841, "ldtrb w1, [x2, #9]"},
    {0x3800'9841, "sttrb w1, [x2, #9]"},
    {0x7840'9841, "ldtrh w1, [x2, #9]"},
    {0x7800'9841, "sttrh w1, [x2, #9]"},
    {0x38c0'9841, "ldtrsb w1, [x2, #9]"},
    {0x3880'9841, "ldtrsb x1, [x2, #9]"},
    {0x78c0'9841, "ldtrsh w1, [x2, #9]"},
    {0x7880'9841, "ldtrsh x1, [x2, #9]"},
    {0xb880'9841, "ldtrsw x1, [x2, #9]"},
    {0xf940'0041, "ldr x1, [x2]"},
    {0xf97f'fc41, "ldr x1, [x2, #32760]"},
    {0xb97f'fc41, "ldr w1, [x2, #16380]"},
    {0xf900'07e1, "str x1, [sp, #8]"},
    {0xb900'0441, "str w1, [x2, #4]"},
    {0x397f'fc41, "ldrb w1, [x2, #4095]"},
    {0x393f'fc41, "strb w1, [x2, #4095]"},
    {0x797f'fc41, "ldrh w1, [x2, #8190]"},
    {0x793f'fc41, "strh w1, [x2, #8190]"},
    {0x39c0'1c41, "ldrsb w1, [x2, #7]"},
    {0x3980'1c41, "ldrsb x1, [x2, #7]"},
    {0x79c0'1441, "ldrsh w1, [x2, #10]"},
    {0x7980'1441, "ldrsh x1, [x2, #10]"},
    {0xb9bf'fc41, "ldrsw x1, [x2, #16380]"},
    {0xf940'0021, "ldr x1, [x1]"},
    {0xf863'6841, "ldr x1, [x2, x3]"},
    {0xf863'7841, "ldr x1, [x2, x3, lsl #3]"},
    {0xf863'4841, "ldr x1, [x2, w3, uxtw]"},
    {0xf863'5841, "ldr x1, [x2, w3, uxtw #3]"},
    {0xf863'c841, "ldr x1, [x2, w3, sxtw]"},
    {0xf863'd841, "ldr x1, [x2, w3, sxtw #3]"},
    {0xf863'e841, "ldr x1, [x2, x3, sxtx]"},
    {0xf863'f841, "ldr x1, [x2, x3, sxtx #3]"},
    {0xb863'7841, "ldr w1, [x2, x3, lsl #2]"},
    {0xb87f'6be1, "ldr w1, [sp, xzr]"},
    {0xf823'7841, "str x1, [x2, x3, lsl #3]"},
    {0xb823'd841, "str w1, [x2, w3, sxtw #2]"},
    {0x3863'6841, "ldrb w1, [x2, x3]"},
    {0x3863'4841, "ldrb w1, [x2, w3, uxtw]"},
    {0x3823'6841, "strb w1, [x2, x3]"},
    {0x7863'7841, "ldrh w1, [x2, x3, lsl #1]"},
    {0x783e'd841, "strh w1, [x2, w30, sxtw #1]"},
    {0x38a3'6841, "ldrsb x1, [x2, x3]"},
    {0x38e3'6841, "ldrsb w1, [x2, x3]"},
    {0x78a3'7841, "ldrsh x1, [x2, x3, lsl #1]"},
    {0x78e3'4841, "ldrsh w1, [x2, w3, uxtw]"},
    {0xb8a3'7841, "ldrsw x1, [x2, x3, lsl #2]"},
    {0xb8a3'c841, "ldrsw x1, [x2, w3, sxtw]"},
    {0xa940'0861, "ldp x1, x2, [x3]"},
    {0xa95f'8861, "ldp x1, x2, [x3, #504]"},
    {0xa960'0861, "ldp x1, x2, [x3, #-512]"},
    {0x295f'8861, "ldp w1, w2, [x3, #252]"},
    {0x2960'0861, "ldp w1, w2, [x3, #-256]"},
    {0xa8c1'0861, "ldp x1, x2, [x3], #16"},
    {0x28ff'0861, "ldp w1, w2, [x3], #-8"},
    {0xa8c2'7bfd, "ldp x29, x30, [sp], #32"},
    {0xa9c1'0861, "ldp x1, x2, [x3, #16]!"},
    {0x29fe'0be1, "ldp w1, w2, [sp, #-16]!"},
    {0xa940'087f, "ldp xzr, x2, [x3]"},
    {0xa900'0861, "stp x1, x2, [x3]"},
    {0xa901'0461, "stp x1, x1, [x3, #16]"},
    {0x293f'0861, "stp w1, w2, [x3, #-8]"},
    {0xa9bd'7bfd, "stp x29, x30, [sp, #-48]!"},
    {0x2881'0861, "stp w1, w2, [x3], #8"},
    {0xa881'7c7f, "stp xzr, xzr, [x3], #16"},
    {0x2981'7c7f, "stp wzr, wzr, [x3, #8]!"},
    {0x6940'0861, "ldpsw x1, x2, [x3]"},
    {0x6960'0861, "ldpsw x1, x2, [x3, #-256]"},
    {0x68c1'0861, "ldpsw x1, x2, [x3], #8"},
    {0x69c1'0be1, "ldpsw x1, x2, [sp, #8]!"},
    {0xa841'0861, "ldnp x1, x2, [x3, #16]"},
    {0x287f'0861, "ldnp w1, w2, [x3, #-8]"},
    {0xa83f'0be1, "stnp x1, x2, [sp, #-16]"},
    {0x2800'0861, "stnp w1, w2, [x3]"},
    {0xc8df'fc41, "ldar x1, [x2]"},
    {0x88df'ffe1, "ldar w1, [sp]"},
    {0x08df'fc41, "ldarb w1, [x2]"},
    {0x48df'fc41, "ldarh w1, [x2]"},
    {0xc89f'fc41, "stlr x1, [x2]"},
    {0x889f'fc5f, "stlr wzr, [x2]"},
    {0x089f'fc41, "stlrb w1, [x2]"},
    {0x489f'fc41, "stlrh w1, [x2]"},
    {0xf8bf'c041, "ldapr x1, [x2]"},
    {0xb8bf'c3e1, "ldapr w1, [sp]"},
    {0x38bf'c041, "ldaprb w1, [x2]"},
    {0x78bf'c041, "ldaprh w1, [x2]"},
    {0xd95f'8041, "ldapur x1, [x2, #-8]"},
    {0x9940'8041, "ldapur w1, [x2, #8]"},
    {0x1940'1041, "ldapurb w1, [x2, #1]"},
    {0x5940'1041, "ldapurh w1, [x2, #1]"},
    {0x19c0'1041, "ldapursb w1, [x2, #1]"},
    {0x1980'1041, "ldapursb x1, [x2, #1]"},
    {0x59c0'1041, "ldapursh w1, [x2, #1]"},
    {0x5980'1041, "ldapursh x1, [x2, #1]"},
    {0x999f'f041, "ldapursw x1, [x2, #-1]"},
    {0xd90f'f041, "stlur x1, [x2, #255]"},
    {0x9910'0041, "stlur w1, [x2, #-256]"},
    {0x1900'1041, "stlurb w1, [x2, #1]"},
    {0x5900'1041, "stlurh w1, [x2, #1]"},
};

/// Among them the CONSTRAINED UNPREDICTABLE and the unallocated ones, which are written as numbers.
constexpr Assembled kRefused[] = {
    {0xfc40'8441, "ldr d1, [x2], #8"},
    {0x3d80'0041, "str q1, [x2]"},
    {0x3c40'1c41, "ldr b1, [x2, #1]!"},
    {0xbc63'6841, "ldr s1, [x2, x3]"},
    {0x7c40'1041, "ldur h1, [x2, #1]"},
    {0x6cc1'0861, "ldp d1, d2, [x3], #16"},
    {0xadbf'0be1, "stp q1, q2, [sp, #-32]!"},
    {0x2c40'0861, "ldnp s1, s2, [x3]"},
    {0x4c40'7020, "ld1 {v0.16b}, [x1]"},
    {0x4c9f'a420, "st1 {v0.8h, v1.8h}, [x1], #32"},
    {0xc85f'7c41, "ldxr x1, [x2]"},
    {0x885f'fc41, "ldaxr w1, [x2]"},
    {0xc800'7c41, "stxr w0, x1, [x2]"},
    {0x8800'fc41, "stlxr w0, w1, [x2]"},
    {0x085f'7c41, "ldxrb w1, [x2]"},
    {0x4800'fc41, "stlxrh w0, w1, [x2]"},
    {0xc87f'0861, "ldxp x1, x2, [x3]"},
    {0xc820'0861, "stxp w0, x1, x2, [x3]"},
    {0xc8a1'7c62, "cas x1, x2, [x3]"},
    {0x88e1'fc62, "casal w1, w2, [x3]"},
    {0x4860'fc82, "caspal x0, x1, x2, x3, [x4]"},
    {0x08a1'7c62, "casb w1, w2, [x3]"},
    {0xf821'0062, "ldadd x1, x2, [x3]"},
    {0xb8e1'0062, "ldaddal w1, w2, [x3]"},
    {0xf821'107f, "stclr x1, [x3]"},
    {0xf821'8062, "swp x1, x2, [x3]"},
    {0x38a1'8062, "swpab w1, w2, [x3]"},
    {0xb821'6062, "ldumax w1, w2, [x3]"},
    {0xf980'0040, "prfm pldl1keep, [x2]"},
    {0xf8a3'6853, "prfm pstl2strm, [x2, x3]"},
    {0xf89f'f040, "prfum pldl1keep, [x2, #-1]"},
    {0xf820'1441, "ldraa x1, [x2, #8]"},
    {0xf8a0'1c41, "ldrab x1, [x2, #8]!"},
    {0x6900'0861, "stgp x1, x2, [x3]"},
    {0x6880'8861, "stgp x1, x2, [x3], #16"},
    {0xd920'0841, "stg x1, [x2]"},
    {0xd960'0041, "ldg x1, [x2]"},
    {0xc8df'7c41, "ldlar x1, [x2]"},
    {0x089f'7c41, "stllrb w1, [x2]"},
    {0x5800'0001, "ldr x1, ."},
    {0x9800'0001, "ldrsw x1, ."},
    {0xd800'0000, "prfm pldl1keep, ."},
    {0x9100'2041, "add x1, x2, #8"},
    {0xaa02'03e1, "mov x1, x2"},
    {0xd50b'7420, "dc zva, x0"},
    {0xd503'201f, "nop"},
    {0xd61f'0020, "br x1"},
    {0x9e67'0020, "fmov d0, x1"},
    {0xf840'8421, "ldr x1, [x1], #8: the base is loaded"},
    {0xf800'8421, "str x1, [x1], #8"},
    {0xf840'8c21, "ldr x1, [x1, #8]!"},
    {0x3800'1c63, "strb w3, [x3, #1]!"},
    {0xa8c1'0441, "ldp x1, x1, [x2], #16: one register loaded twice"},
    {0xa940'0441, "ldp x1, x1, [x2]"},
    {0x2940'0421, "ldp w1, w1, [x1]"},
    {0xa840'0441, "ldnp x1, x1, [x2]"},
    {0xa9c1'0841, "ldp x1, x2, [x2, #16]!"},
    {0xa8c1'0822, "ldp x2, x2, [x1], #16"},
    {0xa881'0842, "stp x2, x2, [x2], #16"},
    {0x6840'0841, "LDNP with opc 01"},
    {0xe940'0861, "pair with opc 11"},
    {0xb8c0'8441, "opc 11 with size 2, post-index"},
    {0xb9c0'0441, "opc 11 with size 2, unsigned offset"},
    {0xf880'8441, "opc 10 with size 3, post-index"},
    {0xf9c0'0441, "opc 11 with size 3, unsigned offset"},
    {0xb8e3'6841, "opc 11 with size 2, register offset"},
    {0xf863'2841, "ldr x1, [x2, x3] with option 001"},
    {0xf863'0841, "option 000"},
    {0xf863'8841, "option 100"},
    {0xf863'a841, "option 101"},
    {0xd840'0041, "prfm, literal"},
};

/// What a text says, read on its own: mnemonic, registers, the address in brackets.
class Text {
  public:
    explicit Text(const std::string& text) {
        std::istringstream stream(text);
        stream >> mnemonic_;
        std::string rest;
        std::getline(stream, rest);
        const auto open = rest.find('['), close = rest.find(']');
        before_ = words(rest.substr(0, open));
        inside_ = words(rest.substr(open + 1, close - open - 1));
        after_ = words(rest.substr(close + 1));
        exclamation_ = rest.back() == '!';
    }

    LoadStore meaning() const {
        LoadStore out;
        out.load = mnemonic_.starts_with("ld");
        out.pair = before_.size() == 2;
        out.to_64 = before_[0][0] == 'x';
        std::string what = mnemonic_;  // what is left of it after the verb says the size
        for (const char* verb : {"ldapur", "stlur", "ldapr", "ldtr", "sttr", "ldur", "stur", "ldar", "stlr", "ldnp",
                                 "stnp", "ldp", "stp", "ldr", "str"}) {
            if (!what.starts_with(verb)) continue;
            what = what.substr(std::string(verb).size());
            break;
        }
        out.sign_extend = what.starts_with("s");
        const std::string size = out.sign_extend ? what.substr(1) : what;
        out.bytes = size == "b" ? 1 : size == "h" ? 2 : size == "w" || !out.to_64 ? 4 : 8;
        out.rt = number(before_[0]);
        if (out.pair) out.rt2 = number(before_[1]);
        out.rn = number(inside_[0]);
        out.post_index = !after_.empty() && after_[0][0] == '#';
        out.writeback = exclamation_ || out.post_index;
        if (out.post_index) out.offset = immediate(after_[0]);
        if (inside_.size() > 1) address(out);
        return out;
    }

  private:
    static std::vector<std::string> words(std::string text) {
        for (char& c : text) c = c == ',' ? ' ' : c;
        std::istringstream stream(text);
        std::vector<std::string> found;
        for (std::string word; stream >> word;) found.push_back(word);
        return found;
    }
    static u8 number(const std::string& name) {
        return name == "sp" || name.substr(1) == "zr" ? u8{31} : static_cast<u8>(std::stoi(name.substr(1)));
    }
    static i64 immediate(const std::string& text) { return std::stoll(text.substr(1)); }

    void address(LoadStore& out) const {
        if (inside_[1][0] == '#') {
            out.offset = immediate(inside_[1]);
            return;
        }
        out.register_offset = true;
        out.rm = number(inside_[1]);
        if (inside_.size() < 3) return;
        using Extend = LoadStore::Extend;
        out.extend = inside_[2] == "uxtw"   ? Extend::uxtw
                     : inside_[2] == "sxtw" ? Extend::sxtw
                     : inside_[2] == "sxtx" ? Extend::sxtx
                                            : Extend::lsl;
        if (inside_.size() > 3) out.shift = static_cast<u8>(immediate(inside_[3]));
    }

    std::string mnemonic_;
    std::vector<std::string> before_, inside_, after_;
    bool exclamation_;
};

/// Bits as the manual's diagrams show them, from bit 31 down: 0, 1, or a dot for any. Spaces do not count.
bool matches(u32 word, const std::string& diagram) {
    unsigned bit = 32;
    for (const char c : diagram) {
        if (c == ' ') continue;
        --bit;
        if (c != '.' && (word >> bit & 1) != static_cast<u32>(c - '0')) return false;
    }
    if (bit != 0) FAIL("not 32 bits: " << diagram);
    return true;
}

/// Every allocated general-purpose load and store that the decoder is for.
std::vector<std::string> diagrams() {
    std::vector<std::string> all;
    const char* const sizes_and_opcs[][2] = {{"00", "00"}, {"00", "01"}, {"00", "10"}, {"00", "11"}, {"01", "00"},
                                             {"01", "01"}, {"01", "10"}, {"01", "11"}, {"10", "00"}, {"10", "01"},
                                             {"10", "10"}, {"11", "00"}, {"11", "01"}};
    for (const auto& [size_text, opc_text] : sizes_and_opcs) {
        const std::string size = size_text, opc = opc_text;
        all.push_back(size + " 111 0 01 " + opc + " ............ ..... .....");
        for (const char* form : {"00", "01", "10", "11"}) {
            all.push_back(size + " 111 0 00 " + opc + " 0 ......... " + form + " ..... .....");
        }
        for (const char* option : {"010", "011", "110", "111"}) {
            all.push_back(size + " 111 0 00 " + opc + " 1 ..... " + option + " . 10 ..... .....");
        }
        all.push_back(size + " 011 0 01 " + opc + " 0 ......... 00 ..... .....");  // LDAPUR, STLUR
    }
    for (const std::string load : {"0", "1"}) {
        for (const char* opc : {"00", "10"}) {
            for (const char* form : {"000", "001", "010", "011"}) {
                all.push_back(std::string(opc) + " 101 0 " + form + " " + load + " ....... ..... ..... .....");
            }
        }
        all.push_back(".. 001000 1 " + load + " 0 11111 1 11111 ..... .....");  // LDAR, STLR
    }
    for (const char* form : {"001", "010", "011"}) {
        all.push_back(std::string("01 101 0 ") + form + " 1 ....... ..... ..... .....");  // LDPSW
    }
    all.push_back(".. 111 0 00 10 1 11111 1 100 00 ..... .....");  // LDAPR
    return all;
}

}  // namespace

TEST_CASE("loads and stores mean what the assembler says") {
    for (const Assembled& a : kAccepted) {
        INFO(a.text);
        LoadStore found;
        CHECK(decode_load_store(a.word, found));
        CHECK(found == Text(a.text).meaning());
    }
}

TEST_CASE("what is not a plain load or store is refused") {
    for (const Assembled& a : kRefused) {
        INFO(a.text);
        LoadStore found;
        CHECK_FALSE(decode_load_store(a.word, found));
    }
}

TEST_CASE("the decoder takes the encodings in the manual's diagrams and no others") {
    const auto all = diagrams();
    std::mt19937 random(1);
    // All values of bits 31 to 21 and 15 to 10, with the rest drawn; the registers differ, so that nothing else forbids
    // them.
    for (u32 combination = 0; combination < 1U << 17; ++combination) {
        u32 word = (combination >> 6) << 21 | (combination & 0x3f) << 10;
        word |= (random() % 2 == 0 ? 31U : static_cast<u32>(random() % 32)) << 16;
        const u32 rt2 = word >> 10 & 31;
        const u32 rt = (rt2 + 1) % 32, rn = (rt2 + 2) % 32;
        word |= rn << 5 | rt;
        bool expected = false;
        for (const auto& diagram : all) expected = expected || matches(word, diagram);
        LoadStore found;
        if (decode_load_store(word, found) != expected) FAIL("word " << std::hex << word << ", expected " << expected);
    }
    SUCCEED("all combinations");
}

TEST_CASE("the index register makes the distance") {
    LoadStore access;
    const u64 index = 0xffff'ffff'8000'0001;
    access.offset = -24;
    CHECK(access.distance(index) == -24);
    access.post_index = true;
    CHECK(access.distance(index) == 0);
    access = LoadStore();
    access.register_offset = true;
    access.shift = 3;
    CHECK(access.distance(index) == static_cast<i64>(index << 3));
    access.extend = LoadStore::Extend::sxtx;
    CHECK(access.distance(index) == static_cast<i64>(index << 3));
    access.extend = LoadStore::Extend::uxtw;
    CHECK(access.distance(index) == 0x4'0000'0008);
    access.extend = LoadStore::Extend::sxtw;
    CHECK(access.distance(0x8000'0001) == -0x3'ffff'fff8);
}

TEST_CASE("a loaded value is extended as the instruction says") {
    LoadStore access;
    access.bytes = 1;
    CHECK(access.loaded(0x1234'5680) == 0x80);
    access.sign_extend = true;
    CHECK(access.loaded(0x1234'5680) == 0xffff'ff80);
    CHECK(access.loaded(0x1234'5670) == 0x70);
    access.to_64 = true;
    CHECK(access.loaded(0x80) == 0xffff'ffff'ffff'ff80);
    access.bytes = 4;
    CHECK(access.loaded(0x1'8000'0000) == 0xffff'ffff'8000'0000);
    access.bytes = 8;
    access.sign_extend = false;
    CHECK(access.loaded(~0ULL) == ~0ULL);
}
