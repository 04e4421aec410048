// SPDX-License-Identifier: Apache-2.0
#include "probe.hpp"

#include "guests/lib/exceptions.hpp"

namespace guest {

namespace {

/// A function of two instructions, for each encoding: `mrs x0, register` or `msr register, x0`, and a return.
struct Probe {
    u32 access;
    u32 ret;
};
Probe reads[kEncodings];
Probe writes[kEncodings];

constexpr u32 kMsr = 0xd510'0000;
constexpr u32 kMrs = 0xd530'0000;
constexpr u32 kRet = 0xd65f'03c0;
constexpr u64 kUnknownClass = 0x00;
constexpr u64 kSystemRegisterClass = 0x18;  // of an identification register that is not there (FEAT_IDST)

bool expecting;
bool undefined;

bool skip(Frame& frame) {
    const u64 ec = frame.exception_class();
    if (!expecting || (ec != kUnknownClass && ec != kSystemRegisterClass)) return false;
    undefined = true;
    frame.pc += 4;
    return true;
}

u64 call(const Probe& probe, u64 argument) {
    register u64 x0 asm("x0") = argument;
    asm volatile("blr %1" : "+r"(x0) : "r"(&probe) : "x30", "cc", "memory");
    return x0;
}

bool run(const Probe& probe, u64& value) {
    undefined = false;
    expecting = true;
    value = call(probe, value);
    expecting = false;
    return !undefined;
}

}  // namespace

void make_probes() {
    for (u32 n = 0; n < kEncodings; ++n) {
        reads[n] = {kMrs | n << 5, kRet};
        writes[n] = {kMsr | n << 5, kRet};
    }
    asm volatile("dsb ish\n\tic iallu\n\tdsb ish\n\tisb" ::: "memory");
    // FP, SVE and SME are not refused by EL1 itself: FPEN, ZEN, SMEN.
    asm volatile("msr CPACR_EL1, %0\n\tisb" ::"r"(u64{0x0333'0000}));
    set_exception_handler(skip);
}

bool probe_read(u32 number, u64& value) {
    value = 0;
    return run(reads[number], value);
}

bool probe_write(u32 number, u64 value) { return run(writes[number], value); }

}  // namespace guest
