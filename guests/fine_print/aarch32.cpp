// SPDX-License-Identifier: Apache-2.0
// AArch32 code at EL0, with loads from a device that a hypervisor emulates: afterwards the IT block goes on where it
// was, as it does on a machine whose device is real.
#include "hyp/arch/aarch32.hpp"
#include "fine_print_checks.hpp"
#include "guests/lib/exceptions.hpp"
#include "guests/lib/gic.hpp"
#include "guests/lib/guest_machine.hpp"
#include "guests/lib/guest_pl011.hpp"
#include "guests/lib/mmu.hpp"
#include "guests/lib/timer.hpp"
#include "hyp/arch/hw/barriers.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"
#include "hyp/arch/pstate.hpp"

namespace guest {

namespace {

namespace hw = ws::hw;
namespace reg = ws::reg;

// SPSR_EL1 for AArch32 at EL0, interrupts masked.
constexpr u64 kA32 =
    reg::SPSR_EL1::A.mask() | reg::SPSR_EL1::I.mask() | reg::SPSR_EL1::F.mask() | ws::aarch32::kModeIs32.mask();
constexpr u64 kT32 = kA32 | ws::aarch32::kThumb.mask(), kZero = reg::SPSR_EL1::Z.mask();
constexpr u64 kSvc32 = 0x11, kDataAbortLow = 0x24, kIllegalState = 0x0e;
constexpr u64 kFirstVector32 = 12;
/// Where EL0 finds the first GiB, the devices, and RAM; in AArch32's reach.
constexpr u64 kDevices = 0x8000'0000, kRam = 0xc000'0000;
constexpr u64 kGib = 0x4000'0000;

u64 resume_at;
Frame ended;

/// Whatever ends the AArch32 code: on behind it.
bool leave_aarch32(Frame& frame) {
    ended = frame;
    frame.pc = resume_at;
    frame.pstate = ws::kEl1hMasked;
    return true;
}

/// Runs the code at `code` with R1 = `r1` and all other low registers 0, until an exception.
const Frame& run(const void* code, u64 pstate, u64 r1) {
    set_exception_handler(leave_aarch32);
    register u64 x9 asm("x9") = reinterpret_cast<u64>(code);
    register u64 x10 asm("x10") = kRam + (reinterpret_cast<u64>(code) - machine().ram);
    register u64 x11 asm("x11") = pstate;
    register u64 x12 asm("x12") = r1;
    register u64 x13 asm("x13") = reinterpret_cast<u64>(&resume_at);
    // All registers may come back with 32 bits (Arm ARM, execution state changes).
    asm volatile(
        "dc cvau, x9\n\tdsb ish\n\tic iallu\n\tdsb ish\n\tisb\n\t"
        "adr x9, 1f\n\tstr x9, [x13]\n\t"
        "msr ELR_EL1, x10\n\tmsr SPSR_EL1, x11\n\t"
        "mov x1, x12\n\tmov x0, #0\n\tmov x2, #0\n\tmov x3, #0\n\tmov x4, #0\n\tmov x5, #0\n\tmov x6, #0\n\tmov x7, "
        "#0\n\t"
        "eret\n"
        "1:"
        : "+r"(x9), "+r"(x10), "+r"(x11), "+r"(x12), "+r"(x13)
        :
        : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21",
          "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x30", "cc", "memory");
    set_exception_handler(nullptr);
    return ended;
}

alignas(64) u16 thumb[16];
alignas(64) u32 arm[8];
constexpr u16 kThumbSvc = 0xdf00;
constexpr u32 kArmSvc = 0xef00'0000;

constexpr u16 thumb_move(unsigned to, unsigned value) { return static_cast<u16>(0x2000 | to << 8 | value); }
constexpr u16 kThumbLoadR2 = 0x680a;                  // ldr r2, [r1]
constexpr u16 kThumbLoadR2Wide[] = {0xf8d1, 0x2000};  // ldr.w r2, [r1]
constexpr u16 kThumbWfi = 0xbf30, kThumbWfe = 0xbf20;

void expect_svc(const Frame& frame, const char* what) {
    expect(frame.vector == kFirstVector32 && frame.exception_class() == kSvc32, what, "ends at vector", frame.vector,
           "with ESR_EL1", hex(frame.esr));
}

enum class Trapped : u8 { load, wide_load, wfi, wfe };
const char* name_of(Trapped what) {
    constexpr const char* kNames[] = {"LDR", "LDR.W", "WFI", "WFE"};
    return kNames[static_cast<u8>(what)];
}

u16* put_trapped(u16* at, Trapped what) {
    switch (what) {
        case Trapped::load: *at++ = kThumbLoadR2; break;
        case Trapped::wide_load:
            *at++ = kThumbLoadR2Wide[0];
            *at++ = kThumbLoadR2Wide[1];
            break;
        case Trapped::wfi: *at++ = kThumbWfi; break;
        case Trapped::wfe: *at++ = kThumbWfe; break;
    }
    return at;
}

/// An IT block as `mask` says, that of the instruction: the trapped one at `position`, moves of 1 to R3, R4, ... else.
void check_it_block(u32 mask, u32 position, bool zero, Trapped what) {
    constexpr u32 kEq = 0;
    const u32 length = 4 - static_cast<u32>(__builtin_ctz(mask));
    u16* at = thumb;
    *at++ = static_cast<u16>(0xbf00 | kEq << 4 | mask);
    bool executed[4];
    for (u32 i = 0; i < length; ++i) {
        // Bit 4-i of the mask is the condition's lowest bit for instruction i (Arm ARM F5.1, IT); the first's is EQ's.
        const bool wants_zero = i == 0 || (mask >> (4 - i) & 1) == (kEq & 1);
        executed[i] = wants_zero == zero;
        if (i == position) {
            at = put_trapped(at, what);
        } else {
            *at++ = thumb_move(3 + i, 1);
        }
    }
    *at++ = thumb_move(7, 1);  // behind the block; it sets flags, which SVC does not look at
    *at = kThumbSvc;
    const Frame& frame = run(thumb, kT32 | (zero ? kZero : 0), kDevices + machine().uart + uart::kPeripheralId);
    expect_svc(frame, name_of(what));
    for (u32 i = 0; i < length; ++i) {
        if (i == position) continue;
        expect(frame.x[3 + i] == (executed[i] ? 1 : 0), "instruction", i, "of an IT block, mask", hex(mask), ", Z",
               zero, ": R", 3 + i, "is", frame.x[3 + i], "after a", name_of(what), "as instruction", position);
    }
    expect(frame.x[7] == 1, "the instruction behind an IT block, mask", hex(mask), ", is not executed after",
           name_of(what));
    const bool loads = what == Trapped::load || what == Trapped::wide_load;
    const u64 loaded = loads && executed[position] ? 0x11 : 0;
    expect(frame.x[2] == loaded, name_of(what), "in an IT block, mask", hex(mask), ": R2 is", hex(frame.x[2]));
}

void check_it_blocks() {
    for (const Trapped what : {Trapped::load, Trapped::wide_load, Trapped::wfi, Trapped::wfe}) {
        for (u32 mask = 1; mask < 16; ++mask) {
            const u32 length = 4 - static_cast<u32>(__builtin_ctz(mask));
            for (u32 position = 0; position < length; ++position) {
                check_it_block(mask, position, true, what);
                check_it_block(mask, position, false, what);
            }
        }
    }
}

/// A32: a plain load; one that is big-endian; one whose condition fails; one that no syndrome describes.
void check_a32() {
    const u64 id = kDevices + machine().uart + uart::kPeripheralId;
    constexpr u32 kLoad = 0xe591'2000, kLoadEq = 0x0591'2000, kLoadPost = 0xe491'2004, kWfi = 0xe320'f003;
    constexpr u32 kSetendBe = 0xf101'0200, kSetendLe = 0xf101'0000, kMoveR3 = 0xe3a0'3001;
    const auto load = [&](u32 first, u32 second, u32 third) -> const Frame& {
        const u32 words[] = {first, second, third, kMoveR3, kArmSvc};
        for (u64 i = 0; i < 5; ++i) arm[i] = words[i];
        return run(arm, kA32, id);
    };
    const Frame& plain = load(kLoad, kMoveR3, kWfi);
    expect_svc(plain, "A32 code");
    expect(plain.x[2] == 0x11 && plain.x[3] == 1, "an A32 load gives", hex(plain.x[2]));
    const Frame& skipped = load(kLoadEq, kMoveR3, kMoveR3);
    expect_svc(skipped, "A32 code");
    expect(skipped.x[2] == 0, "an A32 load whose condition fails gives", hex(skipped.x[2]));
    const Frame& big = load(kSetendBe, kLoad, kSetendLe);
    expect_svc(big, "A32 code with SETEND");
    expect(big.x[2] == 0x1100'0000, "a big-endian A32 load gives", hex(big.x[2]));
    if (!machine().hypervisor) return;
    // With write-back there is no syndrome, and what is read as A64's would be something else.
    const Frame& post = load(kLoadPost, kMoveR3, kMoveR3);
    expect(post.vector == kFirstVector32 && post.exception_class() == kDataAbortLow && post.fault_status() == 0x10,
           "an A32 load with write-back ends at vector", post.vector, "with ESR_EL1", hex(post.esr));
    expect(post.x[1] == id && post.x[2] == 0, "an A32 load with write-back that aborts changes its registers");
}

/// In the tables that the MMU uses: RAM and the devices once more, for EL0.
void map_for_el0() {
    constexpr u64 kBlock = 1 | 1 << 10, kEl0 = 1 << 6, kNormal = 1 << 2 | 3 << 8, kUxn = 1ULL << 54;
    auto* const table = reinterpret_cast<volatile u64*>(mmu_state().ttbr0);
    table[kRam / kGib] = machine().ram | kBlock | kEl0 | kNormal;
    table[kDevices / kGib] = kBlock | kEl0 | kUxn;
    asm volatile("dsb ish\n\ttlbi vmalle1\n\tdsb nsh\n\tisb" ::: "memory");
}

/// WFI ends at once: an interrupt is pending, though masked.
void make_an_interrupt_pending() {
    gic::init_distributor();
    gic::init_cpu();
    gic::enable(machine().virtual_timer_intid);
    VirtualTimer::arm_at(0);
}

}  // namespace

void check_aarch32() {
    map_for_el0();
    // EL0's WFI and WFE do not trap to EL1.
    hw::write<reg::SCTLR_EL1>(mmu_state().sctlr | reg::SCTLR_EL1::nTWI.mask() | reg::SCTLR_EL1::nTWE.mask());
    hw::isb();
    arm[0] = kArmSvc;
    if (run(arm, kA32, 0).exception_class() == kIllegalState) {
        print("guest: this CPU has no AArch32\n");
        return;
    }
    make_an_interrupt_pending();
    check_it_blocks();
    check_a32();
    VirtualTimer::stop();
    gic::disable(machine().virtual_timer_intid);
    print("guest: AArch32 code goes on behind what is emulated\n");
}

}  // namespace guest
