// SPDX-License-Identifier: Apache-2.0
#include "forms.hpp"
#include "guests/lib/attempt.hpp"
#include "guests/lib/gic.hpp"
#include "guests/lib/guest_pl011.hpp"
#include "guests/lib/random.hpp"
#include "virtio.hpp"

namespace guest {

namespace {

constexpr u64 kPriorities = gic::kIpriorityr + 64;  // of SPIs 32 to 63
constexpr u64 kRouters = gic::kIrouter + 8 * 40;    // of SPIs 40 up
constexpr u64 kBaudRate = 0x24;                     // UARTIBRD, 16 bits

u64 address_of(u64 place, int offset) { return place + static_cast<u64>(static_cast<i64>(offset)); }

u64 extended(u64 value, unsigned bytes, bool sign, bool wide) {
    const unsigned unused = 64 - 8 * bytes;
    const u64 raw = value << unused;
    const u64 full = sign ? static_cast<u64>(static_cast<i64>(raw) >> unused) : raw >> unused;
    return wide ? full : full & 0xffff'ffff;
}

/// What plain 32-bit loads say about the bytes at `address`.
u64 plain(u64 address, unsigned bytes) {
    const u64 word = address & ~u64{3};
    u64 value = mmio_read(word);
    if (bytes == 8) value |= u64{mmio_read(word + 4)} << 32;
    return value >> 8 * (address - word);
}

/// A load form at a place where the device allows its size.
void check_load(const LoadForm& form, u64 place) {
    u64 base_after = 0;
    const u64 got = form.run(place, &base_after);
    const u64 expected = extended(plain(address_of(place, form.offset), form.bytes), form.bytes, form.sign, form.wide);
    expect(got == expected, form.text, "gave", hex(got), "instead of", hex(expected), "at", hex(place));
    expect(base_after == address_of(place, form.write_back), form.text, "left the base at", hex(base_after), "from",
           hex(place));
}

/// The distributor takes bytes and words at the priorities, doublewords at the routers; the UART takes halfwords.
u64 place_for(unsigned bytes) {
    if (bytes == 8) return machine().distributor + kRouters + 32;
    if (bytes == 2) return machine().uart + kBaudRate;
    return machine().distributor + kPriorities + 12;
}

void set_up() {
    const u64 base = machine().distributor;
    for (u64 i = 0; i < 32; i += 4)
        mmio_write(base + kPriorities + i, 0x08f8'9070U + static_cast<u32>(i) * 0x0808'0810U);
    for (u64 i = 0; i < 10; ++i) mmio_write64(base + kRouters + 8 * i, i % 2 == 0 ? machine().mpidr[0] : 0x1'0002'0300);
    mmio_write(machine().uart + kBaudRate, 0x9234);
}

/// LDP and LDNP are two accesses of a register each, to a device as to memory (Arm ARM B2.2.1, "Requirements for
/// single-copy atomicity"). QEMU 10 makes one of a doubleword of two words where that is aligned; at identification
/// registers its own distributor has no doublewords, and so it answers zero. Its 7.2 makes two.
bool may_be_joined(const LoadForm& form, u64 place) {
    const bool pair = form.text[2] == 'p' || form.text[3] == 'p';
    char pairs[8] = "";
    argument("pairs", pairs, sizeof(pairs));
    return pair && form.bytes == 4 && place % 8 == 0 && pairs[0] == 'j';
}

/// forms=described leaves out what the syndrome of an abort does not describe: pairs, and a base that is written back.
/// A hypervisor has to read the instruction then; KVM does not. signs=lost leaves out loads that extend a sign, which
/// KVM of Linux 6.12 and before loses.
struct Wanted {
    bool undescribed = true;
    bool signs = true;

    Wanted() {
        char text[12] = "";
        if (argument("forms", text, sizeof(text))) undescribed = !same(text, "described");
        if (argument("signs", text, sizeof(text))) signs = !same(text, "lost");
    }
    template <class Form>
    bool operator()(const Form& form) const {
        const bool pair = form.text[2] == 'p' || form.text[3] == 'p';
        return undescribed || (!pair && form.write_back == 0);
    }
};

u64 loads, stores;  ///< forms that were checked

void check_loads() {
    const Wanted wanted;
    const auto has = [&](const LoadForm& form) { return wanted(form) && (wanted.signs || !form.sign); };
    for (u64 i = 0; i < kLoadCount; ++i) {
        if (!has(kLoads[i])) continue;
        check_load(kLoads[i], place_for(kLoads[i].bytes));
        ++loads;
    }
    // Identification registers, by the forms that leave nothing but the value.
    const Machine& m = machine();
    for (const u64 word :
         {m.distributor + gic::kTyper, m.distributor + gic::kIidr, m.distributor + gic::kPidr2,
          gic::redistributor(0) + gic::kIidr, gic::redistributor(0) + gic::kPidr2, m.uart + uart::kPeripheralId,
          m.uart + uart::kPeripheralId + 4, m.uart + uart::kPeripheralId + 16}) {
        for (u64 i = 0; i < kLoadCount; ++i) {
            const LoadForm& form = kLoads[i];
            if (form.bytes == 4 && form.offset == 0 && !may_be_joined(form, word) && has(form)) check_load(form, word);
        }
    }
    const u64 typer = gic::redistributor(0) + gic::kGicrTyper;
    expect(mmio_read64(typer) == plain(typer, 8), "GICR_TYPER is", hex(mmio_read64(typer)), "and in halves",
           hex(plain(typer, 8)));
}

void check_stores() {
    const Wanted wanted;
    Random random(1);
    for (u64 i = 0; i < kStoreCount; ++i) {
        const StoreForm& form = kStores[i];
        if (!wanted(form)) continue;
        ++stores;
        set_up();
        // Of the UART's register only the lower half exists: the store goes there, whatever its offset.
        const u64 place = address_of(place_for(form.bytes), form.bytes == 2 ? -form.offset : 0);
        // Priorities keep five bits at least, routers the affinity fields.
        u64 value = random.next() & (form.bytes == 8 ? 0x00ff'ffff : form.bytes == 2 ? 0xffff : 0xf8f8'f8f8);
        u64 base_after = 0;
        form.run(place, value, &base_after);
        if (form.zero) value = 0;
        const u64 is = plain(address_of(place, form.offset), form.bytes);
        const u64 mask = ~u64{0} >> (64 - 8 * form.bytes);
        expect((is & mask) == (value & mask), form.text, "of", hex(value & mask), "left", hex(is & mask));
        expect(base_after == address_of(place, form.write_back), form.text, "left the base at", hex(base_after), "from",
               hex(place));
    }
}

void check_registers() {
    set_up();
    const u64 place = machine().distributor + kPriorities + 8;
    for (u32 n = 0; n < 31; ++n) {
        const u64 expected = mmio_read(place);
        expect(kLoadTo[n](place) == expected, "LDR to W", n, "gave", hex(kLoadTo[n](place)), "instead of",
               hex(expected));
        const u32 value = (n + 1) * 0x0808'0808U;
        kStoreFrom[n](place, value);
        expect(mmio_read(place) == value, "STR from W", n, "left", hex(mmio_read(place)), "instead of", hex(value));
    }
}

/// What the syndrome of an abort does not describe: it may work or be refused.
template <class F>
void try_odd(const char* what, F f) {
    u64 x[4] = {mix(1), mix(2), mix(3), mix(4)};
    const Fault& fault = attempt([&] { f(x); });
    if (fault.taken) {
        const u64 ec = fault.frame.exception_class();
        expect(ec == kDataAbort || ec == kUndefined, what, "ended in ESR_EL1", hex(fault.frame.esr));
    }
    if (fault.taken) {
        print("guest: ", what, ": refused, ESR_EL1 ", hex(fault.frame.esr), "\n");
    } else {
        print("guest: ", what, ": done\n");
    }
}

void check_odd() {
    const u64 at = machine().distributor + kPriorities + 16;
    try_odd("LDR Q", [=](u64* x) {
        asm volatile(".arch_extension fp\n\tldr q0, [%0]\n\tstr d0, [%1]" ::"r"(at), "r"(x) : "memory");
    });
    try_odd("STR Q", [=](u64*) { asm volatile(".arch_extension fp\n\tstr q0, [%0]" ::"r"(at) : "memory"); });
    try_odd("LDR S", [=](u64*) { asm volatile(".arch_extension fp\n\tldr s0, [%0]" ::"r"(at) : "memory"); });
    try_odd("LDP D", [=](u64*) { asm volatile(".arch_extension fp\n\tldp d0, d1, [%0]" ::"r"(at) : "memory"); });
    try_odd("LD1", [=](u64*) { asm volatile(".arch_extension simd\n\tld1 {v0.4s}, [%0]" ::"r"(at) : "memory"); });
    try_odd("LDXR", [=](u64* x) { asm volatile("ldxr %w0, [%1]\n\tclrex" : "=&r"(x[0]) : "r"(at) : "memory"); });
    try_odd("LDAXR", [=](u64* x) { asm volatile("ldaxr %w0, [%1]\n\tclrex" : "=&r"(x[0]) : "r"(at) : "memory"); });
    try_odd("STXR", [=](u64* x) { asm volatile("stxr %w0, %w2, [%1]" : "=&r"(x[0]) : "r"(at), "r"(1) : "memory"); });
    try_odd("LDADD", [=](u64* x) {
        asm volatile(".arch_extension lse\n\tldadd %w2, %w0, [%1]" : "=&r"(x[0]) : "r"(at), "r"(8) : "memory");
    });
    try_odd("CAS", [=](u64* x) {
        asm volatile(".arch_extension lse\n\tcas %w0, %w2, [%1]" : "+&r"(x[0]) : "r"(at), "r"(8) : "memory");
    });
    try_odd("SWP", [=](u64* x) {
        asm volatile(".arch_extension lse\n\tswp %w2, %w0, [%1]" : "=&r"(x[0]) : "r"(at), "r"(8) : "memory");
    });
    try_odd("PRFM", [=](u64*) { asm volatile("prfm pldl1keep, [%0]" ::"r"(at) : "memory"); });
    try_odd("DC CIVAC", [=](u64*) { asm volatile("dc civac, %0" ::"r"(at) : "memory"); });
    try_odd("unaligned LDR W", [=](u64* x) { asm volatile("ldr %w0, [%1]" : "=&r"(x[0]) : "r"(at + 2) : "memory"); });
    // After all that the plain way still works.
    check_registers();
}

}  // namespace

u64 main() {
    if (number_argument("virtio", 0) != 0) {
        check_virtio();
        return 0;
    }
    gic::init_distributor();
    set_up();
    check_loads();
    check_stores();
    check_registers();
    check_odd();
    print("guest: ", loads, " forms of load and ", stores, " of store reach the devices\n");
    return 0;
}

}  // namespace guest
