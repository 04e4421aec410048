// SPDX-License-Identifier: Apache-2.0
// Goes over all encodings of MRS and MSR, finds the registers that are there, and keeps patterns of its own in them
// while another VM does the same on the same CPU. Each must be one that the table of a guest's state knows
// (hyp/world_switch/guest_state.def).
#include "guests/lib/gic.hpp"
#include "guests/lib/random.hpp"
#include "hyp/arch/hw/sysreg_access.hpp"
#include "hyp/world_switch/guest_state.hpp"
#include "treatment.hpp"

namespace guest {

namespace {

struct Found {
    u32 number;
    bool readable, writable;
    Treatment treatment;
    u64 initial;  ///< before this guest has written anything
    u64 kept;
};
constexpr u32 kMaxFound = 512;
Found found[kMaxFound];
u32 found_count;

void print_encoding(u32 number) {
    const ws::SysregEncoding e = encoding_of(number);
    print("S", u32{e.op0}, "_", u32{e.op1}, "_C", u32{e.crn}, "_C", u32{e.crm}, "_", u32{e.op2});
}

const char* name_of(u32 number) {
    const ws::SysregEncoding e = encoding_of(number);
    if (const ws::SysregInfo* row = ws::find_sysreg(e)) return row->name;
    const ws::GuestRegisters* row = ws::find_guest_registers(e);
    return row != nullptr ? row->name : "unknown";
}

/// Reads all that can be read, before anything is written: what another VM has left would be seen here.
void look_for_readable(u32 end) {
    for (u32 number = 0; number < end; ++number) {
        const Treatment how = treatment(number);
        u64 value;
        if (!how.read || !probe_read(number, value)) continue;
        expect(found_count < kMaxFound, "more registers than there is room for:", kMaxFound);
        found[found_count++] = {number, true, false, how, value, value};
    }
}

/// What can be written gets what it holds, or zero: nothing changes yet.
void look_for_writable(u32 end) {
    const u32 readable = found_count;
    u32 next = 0;  // of those
    for (u32 number = 0; number < end; ++number) {
        Found* const known = next < readable && found[next].number == number ? &found[next++] : nullptr;
        const Treatment how = treatment(number);
        if (!how.write || !probe_write(number, known != nullptr ? known->initial : 0)) continue;
        if (known != nullptr) {
            known->writable = true;
        } else {
            expect(found_count < kMaxFound, "more registers than there is room for:", kMaxFound);
            found[found_count++] = {number, false, true, how, 0, 0};
        }
    }
}

bool all_are_known() {
    bool known = true;
    for (u32 i = 0; i < found_count; ++i) {
        if (ws::is_accounted_for(encoding_of(found[i].number))) continue;
        known = false;
        print("guest: FAIL ");
        print_encoding(found[i].number);
        print(" can be ",
              !found[i].writable  ? "read"
              : found[i].readable ? "read and written"
                                  : "written",
              ", and hyp/world_switch/guest_state.def does not say what becomes of it\n");
    }
    return known;
}

void list() {
    for (u32 i = 0; i < found_count; ++i) {
        print("guest: found ");
        print_encoding(found[i].number);
        print(" ", found[i].readable ? "r" : "-", found[i].writable ? "w" : "-",
              found[i].treatment.compare ? " " : " changing ", hex(found[i].initial), "\n");
    }
}

/// Nothing between this and verify() may take an exception to EL1, which would change its registers.
void fill(u64 seed, u64 round) {
    for (u32 i = 0; i < found_count; ++i) {
        const Found& f = found[i];
        const u64 pattern = mix(seed << 48 ^ round << 32 ^ f.number);
        if (f.writable)
            probe_write(f.number, (f.initial & ~f.treatment.bits) | (pattern & f.treatment.bits) | f.treatment.ones);
    }
    asm volatile("isb" ::: "memory");
    // Not every bit of every register can be written: what was kept is what must stay.
    for (u32 i = 0; i < found_count; ++i) {
        if (found[i].readable) probe_read(found[i].number, found[i].kept);
    }
}

bool verify(u64 round) {
    bool same = true;
    for (u32 i = 0; i < found_count; ++i) {
        const Found& f = found[i];
        u64 is;
        if (!f.readable || !f.treatment.compare) continue;
        const bool there = probe_read(f.number, is);
        if (there && is == f.kept) continue;
        same = false;
        print("guest: FAIL ");
        print_encoding(f.number);
        print(" (", name_of(f.number), ") was ", hex(f.kept), " and is ", hex(is), " in round ", round, "\n");
    }
    return same;
}

constexpr u32 kPhysicalTimer = 30;

/// Milliseconds since the board's reset: the same for both VMs.
u64 now() { return ws::hw::read<ws::reg::CNTPCT_EL0>() / (ws::hw::read<ws::reg::CNTFRQ_EL0>() / 1000); }

/// The physical timer ends a WFI; its interrupt has the highest priority, and is never taken.
void open_wake_up() {
    gic::init_distributor();
    gic::init_cpu();
    gic::set_priority(kPhysicalTimer, 0);
    gic::enable(kPhysicalTimer);
}

/// Leaves the CPU to the other VM for so long. The timer is as before afterwards: its registers are emulated, and part
/// of what is kept.
void sleep(u64 milliseconds) {
    using namespace ws::reg;
    const u64 compare = ws::hw::read<CNTP_CVAL_EL0>();
    const u64 control = ws::hw::read<CNTP_CTL_EL0>();
    ws::hw::write<CNTP_TVAL_EL0>(milliseconds * (ws::hw::read<CNTFRQ_EL0>() / 1000));
    ws::hw::write<CNTP_CTL_EL0>(CNTP_CTL_EL0::ENABLE.mask());
    asm volatile("dsb sy\n\twfi" ::: "memory");
    ws::hw::write<CNTP_CTL_EL0>(control);
    ws::hw::write<CNTP_CVAL_EL0>(compare);
}

}  // namespace

u64 main() {
    const u64 seed = seed_argument();
    const u64 from = number_argument("from", 0), until = number_argument("until", 0);
    const u32 end = static_cast<u32>(number_argument("last", kEncodings - 1)) + 1;
    expect(end <= kEncodings, "last= is at most", kEncodings - 1);
    make_probes();
    make_treatments();
    open_wake_up();
    if (now() < from) sleep(from - now());  // what the other VM has left by then would be in what is found
    look_for_readable(end);
    print("guest: looked at all registers\n");
    look_for_writable(end);
    list();
    if (!all_are_known()) return kFailedStatus;
    u64 round = 0;
    for (; round == 0 || now() < until; ++round) {
        fill(seed, round);
        if (round == 0) print("guest: filled ", found_count, " registers\n");
        sleep(3);
        if (!verify(round)) return kFailedStatus;
    }
    print("guest: kept ", found_count, " registers for ", round, " rounds\n");
    return 0;
}

}  // namespace guest
