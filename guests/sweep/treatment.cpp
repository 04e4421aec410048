// SPDX-License-Identifier: Apache-2.0
#include "treatment.hpp"

namespace guest {

namespace {

struct Row {
    ws::SysregEncoding encoding;
    Treatment treatment;
};

constexpr Treatment kAcknowledges{.read = false, .compare = false, .write = false};
constexpr Treatment kVolatile{.compare = false};
constexpr Treatment kNotWritten{.write = false};
constexpr Treatment only(u64 bits, u64 ones = 0) { return {.bits = bits, .ones = ones}; }

template <class Register>
constexpr ws::SysregEncoding of() {
    return info(Register::id).encoding;
}

using namespace ws::reg;
constexpr Row kRows[] = {
    // What this guest runs with: MMU off, vectors where they are, FP free, no interrupt, no debug exception.
    {of<SCTLR_EL1>(), only(SCTLR_EL1::UCT.mask() | SCTLR_EL1::DZE.mask() | SCTLR_EL1::UMA.mask() |
                           SCTLR_EL1::nTWE.mask() | SCTLR_EL1::nTWI.mask() | SCTLR_EL1::I.mask())},
    {of<CPACR_EL1>(), only(CPACR_EL1::ZEN.mask())},
    {of<VBAR_EL1>(), only(0)},
    {{3, 0, 4, 2, 0}, only(0)},  // SPSel
    {of<DAIF>(), only(DAIF::D.mask() | DAIF::A.mask())},
    {of<MDSCR_EL1>(), only(MDSCR_EL1::TDCC.mask())},
    {of<CNTV_CTL_EL0>(), only(CNTV_CTL_EL0::ENABLE.mask(), CNTV_CTL_EL0::IMASK.mask())},
    {of<CNTP_CTL_EL0>(), only(CNTP_CTL_EL0::ENABLE.mask(), CNTP_CTL_EL0::IMASK.mask())},
    {of<CNTV_CVAL_EL0>(), only(~u64{0} >> 1, u64{1} << 62)},
    {of<CNTP_CVAL_EL0>(), only(~u64{0} >> 1, u64{1} << 62)},
    {of<CNTKCTL_EL1>(), only(0x303)},
    {of<CSSELR_EL1>(), only(3)},
    // Flags of the code that compares; time; random numbers.
    {{3, 3, 4, 2, 0}, kVolatile},
    {of<CNTPCT_EL0>(), kVolatile},
    {of<CNTVCT_EL0>(), kVolatile},
    {{3, 3, 14, 0, 5}, kVolatile},
    {{3, 3, 14, 0, 6}, kVolatile},
    {of<CNTV_TVAL_EL0>(), {.compare = false, .write = false}},
    {of<CNTP_TVAL_EL0>(), {.compare = false, .write = false}},
    {{3, 3, 2, 4, 0}, kVolatile},
    {{3, 3, 2, 4, 1}, kVolatile},
    // The interrupt controller's: no interrupt is acknowledged, ended or sent. ICC_BPR1_EL1 without its RES0 bits: with
    // them QEMU 7.2 ends with a failed assertion (icv_gprio_mask).
    {of<ICC_IAR0_EL1>(), kAcknowledges},
    {of<ICC_IAR1_EL1>(), kAcknowledges},
    {{3, 0, 12, 9, 5}, kAcknowledges},  // ICC_NMIAR1_EL1
    {of<ICC_EOIR0_EL1>(), kNotWritten},
    {of<ICC_EOIR1_EL1>(), kNotWritten},
    {of<ICC_DIR_EL1>(), kNotWritten},
    {of<ICC_SGI1R_EL1>(), kNotWritten},
    {of<ICC_ASGI1R_EL1>(), kNotWritten},
    {of<ICC_SGI0R_EL1>(), kNotWritten},
    // What ends a WFI gets through.
    {of<ICC_PMR_EL1>(), only(0xf0, 0x08)},
    {of<ICC_IGRPEN1_EL1>(), only(0, 1)},
    {of<ICC_BPR0_EL1>(), only(ICC_BPR1_EL1::BinaryPoint.mask())},
    {of<ICC_BPR1_EL1>(), only(ICC_BPR1_EL1::BinaryPoint.mask())},
    {of<ICC_CTLR_EL1>(), only(ICC_CTLR_EL1::EOImode.mask() | ICC_CTLR_EL1::CBPR.mask())},
    // It would reset the board's CPU, were it there.
    {{3, 0, 12, 0, 2}, kNotWritten},
};

constexpr u32 kRowCount = sizeof(kRows) / sizeof(kRows[0]);

/// By encoding's number: its row's number and one, or zero. To look it up for all encodings must not take long.
u8 row_of[kEncodings];

}  // namespace

void make_treatments() {
    for (u32 i = 0; i < kRowCount; ++i) row_of[number_of(kRows[i].encoding)] = static_cast<u8>(i + 1);
}

Treatment treatment(u32 number) {
    if (row_of[number] != 0) return kRows[row_of[number] - 1].treatment;
    const ws::SysregEncoding e = encoding_of(number);
    // DBGBCR<n>_EL1 and DBGWCR<n>_EL1: not enabled.
    const bool control = e.op0 == 2 && e.op1 == 0 && e.crn == 0 && (e.op2 == 5 || e.op2 == 7);
    return control ? only(~u64{1}) : Treatment{};
}

}  // namespace guest
