// SPDX-License-Identifier: Apache-2.0
// Accesses to devices that are accesses to no register, or not as the specification has them. A bus could answer with
// an abort; these devices read as zero and ignore writes, as the board's do.
#include "fine_print_checks.hpp"
#include "guests/lib/attempt.hpp"
#include "guests/lib/gic.hpp"
#include "guests/lib/guest_pl011.hpp"

namespace guest {

namespace {

template <class T>
void expect_zero(u64 address, const char* device) {
    auto* const at = reinterpret_cast<volatile T*>(address);
    u64 value = ~u64{0};
    const Fault& read = attempt([&] { value = *at; });
    expect(!read.taken, "a read of", sizeof(T), "bytes at", hex(address), "of the", device, "ends in ESR_EL1",
           hex(read.frame.esr));
    expect(value == 0, "a read of", sizeof(T), "bytes at", hex(address), "of the", device, "gives", hex(value));
    const Fault& written = attempt([&] { *at = static_cast<T>(~u64{0}); });
    expect(!written.taken, "a write of", sizeof(T), "bytes at", hex(address), "of the", device, "ends in ESR_EL1",
           hex(written.frame.esr));
}

/// An access of another size than the register at `address` has: the register stays as it is.
template <class T>
void expect_ignored(u64 address, const char* device) {
    const u64 word = address & ~u64{3};
    const u32 before = mmio_read(word), before2 = mmio_read(word + 4);
    expect_zero<T>(address, device);
    expect(mmio_read(word) == before && mmio_read(word + 4) == before2, "a write of", sizeof(T), "bytes at",
           hex(address), "of the", device, "left", hex(mmio_read(word)), hex(mmio_read(word + 4)));
}

}  // namespace

void check_uart() {
    const u64 base = machine().uart;
    expect(uart::read(uart::kControl) == 0x300, "UARTCR is", hex(uart::read(uart::kControl)),
           "after a reset (DDI 0183, 3.3.8)");
    const u32 before[] = {uart::read(0x24), uart::read(0x2c), uart::read(uart::kMask)};
    for (const u64 reserved : {0x08, 0x0c, 0x10, 0x14, 0x1c, 0x4c, 0x50, 0x80, 0x8c, 0x100, 0x7f8, 0xfd0, 0xfdc}) {
        expect_zero<u8>(base + reserved, "UART");
        expect_zero<u16>(base + reserved, "UART");
        expect_zero<u32>(base + reserved, "UART");
    }
    for (const u64 reserved : {0x08, 0x10, 0x50, 0x80, 0x800}) expect_zero<u64>(base + reserved, "UART");
    const u32 after[] = {uart::read(0x24), uart::read(0x2c), uart::read(uart::kMask)};
    for (u64 i = 0; i < 3; ++i)
        expect(after[i] == before[i], "a write to a reserved offset of the UART reached a register");
    expect(uart::read(uart::kControl) == 0x300, "UARTCR has become", hex(uart::read(uart::kControl)));
    print("guest: the UART's reserved offsets read as zero\n");
}

void check_interrupt_controller() {
    gic::init_distributor();
    const u64 gicd = machine().distributor;
    const u64 spi = 64 / 8;  // of the bits of SPIs 64 up
    mmio_write(gicd + gic::kIpriorityr + 64, 0xa0b0'c0d0);
    mmio_write(gicd + gic::kIsenabler + spi, 0x5);
    for (const u64 offset : {gic::kCtlr, gic::kIidr, gic::kIgroupr + spi, gic::kIsenabler + spi, gic::kIcfgr + 16,
                             gic::kIpriorityr + 64, u64{0x20}, u64{0xffe8}}) {
        expect_ignored<u16>(gicd + offset, "distributor");
        expect_ignored<u16>(gicd + offset + 2, "distributor");
        expect_ignored<u64>(gicd + (offset & ~u64{7}), "distributor");
    }
    for (const u64 offset : {gic::kTyper, gic::kIsenabler + spi, gic::kIcfgr + 16}) {
        expect_ignored<u8>(gicd + offset + 1, "distributor");
    }
    const u64 rd = gic::redistributor(0), sgi = rd + gic::kFrameBytes;
    for (const u64 at :
         {rd, rd + 0x10, rd + gic::kGicrWaker, sgi + gic::kIgroupr, sgi + gic::kIpriorityr, sgi + gic::kIcfgr}) {
        expect_ignored<u16>(at, "redistributor");
        if (at % 8 == 0) expect_ignored<u64>(at, "redistributor");
    }
    print("guest: accesses of sizes that there are not are ignored\n");
}

}  // namespace guest
