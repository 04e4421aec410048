// SPDX-License-Identifier: Apache-2.0
// The registers with a bit for each interrupt (IHI 0069, 12.9), and lines with a level.
#include "guests/lib/guest_pl011.hpp"
#include "scenario.hpp"

namespace guest {

namespace {

void expect_bit(u64 array, u32 intid, bool wanted, const char* what) {
    expect(gic::bit(array, intid) == wanted, what, "interrupt", intid, "reads", gic::bit(array, intid) ? "1" : "0");
}

/// A pair of set and clear registers: both read the same, ones count, zeros do not.
void check_pair(u64 set, u64 clear, u32 intid, const char* what) {
    gic::set_bit(clear, intid);
    expect_bit(set, intid, false, what);
    mmio_write(gic::frame(intid) + set + intid / 32 * 4, 0);
    expect_bit(set, intid, false, what);
    gic::set_bit(set, intid);
    expect_bit(set, intid, true, what);
    expect_bit(clear, intid, true, what);
    mmio_write(gic::frame(intid) + clear + intid / 32 * 4, 0);
    expect_bit(set, intid, true, what);
    gic::set_bit(clear, intid);
    expect_bit(set, intid, false, what);
    expect_bit(clear, intid, false, what);
}

}  // namespace

void check_bits() {
    const u32 timer = machine().physical_timer_intid;
    for (const u32 intid : {0U, 7U, 15U, 20U, timer, 40U, 63U}) {
        gic::disable(intid);
        check_pair(gic::kIspendr, gic::kIcpendr, intid, "ISPENDR, ICPENDR:");
        check_pair(gic::kIsactiver, gic::kIcactiver, intid, "ISACTIVER, ICACTIVER:");
        check_pair(gic::kIsenabler, gic::kIcenabler, intid, "ISENABLER, ICENABLER:");
        const u8 before = priority_of(intid);
        gic::set_priority(intid, 0xff);
        const u8 bits = priority_of(intid);
        expect((bits & 0xf0) == 0xf0, "fewer than 16 priorities: interrupt", intid, "keeps", hex(bits));
        gic::set_priority(intid, before);
        expect(priority_of(intid) == before, "priority of interrupt", intid, "is", hex(priority_of(intid)));
    }
    // Pended and taken back while it was off, or while interrupts were masked: it never comes.
    for (const u32 intid : {3U, 20U, 40U}) {
        begin();
        gic::enable(intid);
        pend(intid);
        gic::set_bit(gic::kIcpendr, intid);
        expect_none_taken("an interrupt that was taken back:");
        gic::disable(intid);
        pend(intid);
        expect_none_taken("an interrupt that is off:");
        expect_bit(gic::kIspendr, intid, true, "pending while off:");
        gic::enable(intid);
        expect_all_taken(1, "an interrupt that was off:");
    }
    // Edge and level, of an SPI.
    const u64 config = machine().distributor + gic::kIcfgr + 40 / 16 * 4;
    const u32 was = mmio_read(config);
    mmio_write(config, was | 2U << 40 % 16 * 2);
    expect((mmio_read(config) >> 40 % 16 * 2 & 2) == 2, "GICD_ICFGR does not keep an edge");
    mmio_write(config, was & ~(2U << 40 % 16 * 2));
    expect((mmio_read(config) >> 40 % 16 * 2 & 2) == 0, "GICD_ICFGR does not keep a level");
    mmio_write(config, was);
}

void check_active_bit() {
    // What is active is not given again: software may set that.
    for (const u32 intid : {6U, 22U, 47U}) {
        gic::set_priority(intid, 0x70);
        gic::enable(intid);
        begin();
        gic::set_bit(gic::kIsactiver, intid);
        pend(intid);
        expect_none_taken("an interrupt that is active by ISACTIVER:");
        gic::set_bit(gic::kIcactiver, intid);
        expect_all_taken(1, "an interrupt that ICACTIVER made inactive:");
    }
}

void check_group_enables() {
    namespace reg = ws::reg;
    const u64 control = machine().distributor + gic::kCtlr;
    const u32 was = mmio_read(control);
    for (const u32 intid : {1U, 41U}) {
        gic::enable(intid);
        begin();
        mmio_write(control, was & ~2U);
        expect((mmio_read(control) & 2) == 0, "GICD_CTLR.EnableGrp1 cannot be cleared");
        pend(intid);
        expect_none_taken("an interrupt although GICD_CTLR has its group off:");
        mmio_write(control, was);
        expect_all_taken(1, "an interrupt after GICD_CTLR has its group on:");

        begin();
        ws::hw::write<reg::ICC_IGRPEN1_EL1>(0);
        ws::hw::isb();
        pend(intid);
        expect_none_taken("an interrupt although ICC_IGRPEN1_EL1 is 0:");
        ws::hw::write<reg::ICC_IGRPEN1_EL1>(1);
        ws::hw::isb();
        expect_all_taken(1, "an interrupt after ICC_IGRPEN1_EL1 is 1:");
    }
}

void check_uart_line() {
    const u32 intid = machine().uart_intid;
    gic::disable(intid);
    uart::write(uart::kControl, uart::kControlOn);
    uart::write(uart::kMask, 0);
    uart::put('.');  // the transmit interrupt is raised when the FIFO falls below its mark
    wait_until([] { return (uart::read(uart::kRawStatus) & uart::kTransmitInterrupt) != 0; }, "UARTRIS.TXRIS");
    expect_bit(gic::kIspendr, intid, false, "the UART's line while UARTIMSC is 0:");
    uart::write(uart::kMask, uart::kTransmitInterrupt);
    expect_bit(gic::kIspendr, intid, true, "the UART's line:");
    gic::set_bit(gic::kIcpendr, intid);
    expect_bit(gic::kIspendr, intid, true, "ICPENDR does not clear a level:");
    // As long as the line is high, its end brings it again.
    begin([](u32) {
        if (history.begun == 3) uart::write(uart::kMask, 0);
    });
    gic::enable(intid);
    expect_all_taken(3, "the UART's line:");
    expect_bit(gic::kIspendr, intid, false, "the UART's line after it fell:");
    gic::disable(intid);
    // Up and down before anybody looked: nothing comes.
    begin();
    uart::write(uart::kMask, uart::kTransmitInterrupt);
    uart::write(uart::kMask, 0);
    gic::enable(intid);
    expect_none_taken("a line that is low again:");
    gic::disable(intid);
    uart::put('\n');
}

}  // namespace guest
