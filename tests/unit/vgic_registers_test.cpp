// SPDX-License-Identifier: Apache-2.0
// The virtual GIC's registers, one by one, as a guest's driver finds them.
#include "hyp/vgic/interrupt_controller.hpp"
#include "tests/unit/catch.hpp"

using namespace ws;
using vgic::Frame;
using vgic::InterruptController;

namespace {

struct Gic {
    InterruptController gic;

    explicit Gic(u32 vcpus = 2) {
        gic.link(27, 27);
        gic.reset(vcpus);
    }
    u64 gicd(u32 offset, u32 bytes = 4) {
        u64 value = ~u64{0};
        CHECK(gic.read(Frame::distributor, 0, offset, bytes, value));
        return value;
    }
    u64 gicr(u32 vcpu, u32 offset, u32 bytes = 4) {
        u64 value = ~u64{0};
        CHECK(gic.read(Frame::redistributor, vcpu, offset, bytes, value));
        return value;
    }
    void set_gicd(u32 offset, u64 value, u32 bytes = 4) {
        CHECK(gic.write(Frame::distributor, 0, offset, bytes, value));
    }
    void set_gicr(u32 vcpu, u32 offset, u64 value, u32 bytes = 4) {
        CHECK(gic.write(Frame::redistributor, vcpu, offset, bytes, value));
    }
    /// An access that is none: zero, and a write changes nothing that 32-bit reads of the place show.
    void expect_ignored(Frame frame, u32 offset, u32 bytes) {
        INFO((frame == Frame::distributor ? "GICD + " : "GICR + ") << offset << ", " << bytes << " bytes");
        const auto word = [&](u32 at) {
            u64 value = ~u64{0};
            CHECK(gic.read(frame, 0, at & ~u32{3}, 4, value));
            return value;
        };
        const u64 before[] = {word(offset), word(offset + 4)};
        u64 value = ~u64{0};
        CHECK(gic.read(frame, 0, offset, bytes, value));
        CHECK(value == 0);
        CHECK(gic.write(frame, 0, offset, bytes, ~u64{0}));
        CHECK(word(offset) == before[0]);
        CHECK(word(offset + 4) == before[1]);
    }
    /// An access that is one: other bits than zero come and go.
    void expect_access(Frame frame, u32 offset, u32 bytes, u64 written, u64 wanted) {
        u64 value = 0;
        CHECK(gic.write(frame, 0, offset, bytes, written));
        CHECK(gic.read(frame, 0, offset, bytes, value));
        CHECK(value == wanted);
    }
};

}  // namespace

TEST_CASE("the distributor says what it is") {
    Gic g;
    CHECK(g.gicd(0x0) == 0x50);  // DS and ARE are always on
    g.set_gicd(0x0, 0xffff'ffff);
    CHECK(g.gicd(0x0) == 0x53);
    g.set_gicd(0x0, 0x2);
    CHECK(g.gicd(0x0) == 0x52);
    const u64 typer = g.gicd(0x4);
    CHECK((typer & 0x1f) == 8);          // ITLinesNumber: 32 * (8 + 1) interrupts
    CHECK((typer >> 5 & 7) == 0);        // CPUNumber
    CHECK((typer >> 10 & 1) == 0);       // SecurityExtn
    CHECK((typer >> 16 & 3) == 0);       // MBIS, LPIS
    CHECK((typer >> 19 & 0x1f) == 9);    // IDbits
    CHECK((typer >> 24 & 0xff) == 0x2);  // No1N; neither A3V nor RSS
    CHECK(g.gicd(0x8) == 0x5700'043b);
    CHECK(g.gicd(0xc) == 0);
    CHECK(g.gicd(0xffe0) == 0x92);
    CHECK(g.gicd(0xffe8) == 0x3b);
    CHECK(g.gicd(0xfff0) == 0x0d);
    CHECK(g.gicd(0xfffc) == 0xb1);
    CHECK(g.gicd(0xffd0) == 0x44);
}

TEST_CASE("a redistributor says whose it is") {
    Gic g(3);
    CHECK(g.gicr(0, 0x8, 8) == 0);
    CHECK(g.gicr(1, 0x8, 8) == 0x1'0000'0100);
    CHECK(g.gicr(2, 0x8, 8) == 0x2'0000'0210);  // Last
    CHECK(g.gicr(2, 0x8) == 0x210);
    CHECK(g.gicr(2, 0xc) == 2);
    CHECK(g.gicr(0, 0x4) == 0x5700'043b);
    CHECK(g.gicr(0, 0xffe0) == 0x93);
    CHECK(g.gicr(0, 0xffe8) == 0x3b);
    CHECK(g.gicr(0, 0x0) == 0);
    CHECK(g.gicr(0, 0x14) == 6);
    g.set_gicr(0, 0x14, 0);
    CHECK(g.gicr(0, 0x14) == 0);
    CHECK(g.gicr(1, 0x14) == 6);
    g.set_gicr(0, 0x14, 2);
    CHECK(g.gicr(0, 0x14) == 6);
    u64 value = 0;
    CHECK_FALSE(g.gic.read(Frame::redistributor, 3, 0x8, 8, value));
}

TEST_CASE("accesses of sizes that a register does not have read as zero and are ignored") {
    Gic g;
    g.set_gicd(0x0, 0x3);
    g.set_gicd(0x104, 0x5);
    g.set_gicd(0x420, 0xa0b0'c0d0);
    g.set_gicr(0, 0x1'0100, 0x9);
    for (const Frame frame : {Frame::distributor, Frame::redistributor}) {
        g.expect_ignored(frame, 0x0, 1);
        g.expect_ignored(frame, 0x0, 2);
        g.expect_ignored(frame, 0x4, 2);
        g.expect_ignored(frame, 0x2, 4);
        g.expect_ignored(frame, 0x100, 8);
        g.expect_ignored(frame, 0x100, 3);
        g.expect_ignored(frame, 0xffe8, 8);
        u64 value = 0;
        const u32 beyond = frame == Frame::distributor ? 0x1'0000 : 0x2'0000;
        CHECK_FALSE(g.gic.read(frame, 0, beyond, 4, value));
        CHECK_FALSE(g.gic.write(frame, 0, beyond, 4, 0));
    }
    g.expect_ignored(Frame::distributor, 0x0, 8);
    g.expect_ignored(Frame::distributor, 0x104, 1);
    g.expect_ignored(Frame::distributor, 0x420, 2);
    g.expect_ignored(Frame::distributor, 0x422, 2);
    g.expect_ignored(Frame::distributor, 0x420, 8);
    g.expect_ignored(Frame::distributor, 0x6104, 8);
    g.expect_ignored(Frame::redistributor, 0x400, 1);
    g.expect_ignored(Frame::redistributor, 0x1'0100, 2);
    g.expect_access(Frame::distributor, 0x423, 1, 0x78, 0x78);
    g.expect_access(Frame::distributor, 0x6108, 8, 1, 1);
    g.expect_access(Frame::redistributor, 0x1'0403, 1, 0x78, 0x78);
    u64 value = 0;
    CHECK_FALSE(g.gic.read(Frame::redistributor, 2, 0x0, 4, value));  // there are two vCPUs
}

TEST_CASE("what does not exist reads as zero and ignores writes") {
    Gic g;
    // GICv2's routing, SGIs and PPIs in the distributor, interrupts beyond the last, IGRPMODR, NSACR, SGIR, reserved
    // words.
    for (const u32 offset : {0x10U,  0x40U,  0x80U,  0x100U, 0x200U,  0x300U,  0x400U,  0x41cU,  0x800U,  0x820U,
                             0xc00U, 0xc04U, 0xa4U,  0x124U, 0x224U,  0x324U,  0x520U,  0x7fcU,  0xc48U,  0xd04U,
                             0xe08U, 0xf00U, 0xf10U, 0xf20U, 0x6000U, 0x60f8U, 0x6900U, 0x7ffcU, 0x1000U, 0xc000U}) {
        INFO("GICD offset " << offset);
        g.set_gicd(offset, 0xffff'ffff);
        CHECK(g.gicd(offset) == 0);
    }
    for (const u32 offset : {0x10U, 0x40U, 0x70U, 0x80U, 0x100U, 0x1'0084U, 0x1'0104U, 0x1'0204U, 0x1'0420U, 0x1'0c08U,
                             0x1'0d00U, 0x1'0e00U, 0x1'ffe8U}) {
        INFO("GICR offset " << offset);
        g.set_gicr(0, offset, 0xffff'ffff);
        CHECK(g.gicr(0, offset) == 0);
    }
}

TEST_CASE("bits are set, cleared and read back, each vCPU's own and the SPIs'") {
    Gic g;
    g.set_gicd(0x104, 0x8000'0001);
    g.set_gicd(0x104, 0x2);
    g.set_gicd(0x184, 0x1);
    CHECK(g.gicd(0x104) == 0x8000'0002);
    CHECK(g.gicd(0x184) == 0x8000'0002);
    CHECK(g.gic.is_enabled(0, 33));
    g.set_gicr(1, 0x1'0100, 0x0800'0001);
    CHECK(g.gicr(1, 0x1'0180) == 0x0800'0001);
    CHECK(g.gicr(0, 0x1'0100) == 0);
    g.set_gicd(0xa0, 0xf0);
    CHECK(g.gicd(0xa0) == 0xf0);
    g.set_gicd(0x320, 0x80000000);
    CHECK(g.gicd(0x3a0) == 0x80000000);
    CHECK(g.gic.is_active(0, 287));
    g.set_gicd(0x3a0, 0x80000000);
    CHECK_FALSE(g.gic.is_active(0, 287));
}

TEST_CASE("a priority has five bits and is written by bytes as well") {
    Gic g;
    g.set_gicd(0x420, 0xffff'ffff);
    CHECK(g.gicd(0x420) == 0xf8f8'f8f8);
    g.set_gicd(0x421, 0x27, 1);
    CHECK(g.gicd(0x420) == 0xf8f8'20f8);
    CHECK(g.gicd(0x421, 1) == 0x20);
    g.set_gicr(1, 0x1'041b, 0xa0, 1);
    CHECK(g.gicr(1, 0x1'0418) == 0xa000'0000);
}

TEST_CASE("SGIs are edge-triggered and linked PPIs level-sensitive, the rest as configured") {
    Gic g;
    CHECK(g.gicr(0, 0x1'0c00) == 0xaaaa'aaaa);
    g.set_gicr(0, 0x1'0c00, 0);
    CHECK(g.gicr(0, 0x1'0c00) == 0xaaaa'aaaa);
    g.set_gicr(0, 0x1'0c04, 0xffff'ffff);
    CHECK(g.gicr(0, 0x1'0c04) == 0xaa2a'aaaa);  // all but 27
    g.set_gicd(0xc0c, 0x8000'0001);
    CHECK(g.gicd(0xc0c) == 0x8000'0000);
}

TEST_CASE("a route keeps its affinity, whole or in halves") {
    Gic g;
    g.set_gicd(0x6108, 0xff'80ff'ffff, 8);
    CHECK(g.gicd(0x6108, 8) == 0xff'00ff'ffff);  // no Interrupt_Routing_Mode
    CHECK(g.gicd(0x610c) == 0xff);
    g.set_gicd(0x6108, 1);
    CHECK(g.gicd(0x6108, 8) == 0xff'0000'0001);
    g.set_gicd(0x610c, 0);
    CHECK(g.gicd(0x6108, 8) == 1);
}

TEST_CASE("a line is pending while it is high, an edge until it is taken or cleared") {
    Gic g;
    g.gic.set_line(0, 40, true);
    CHECK(g.gicd(0x204) == 0x100);
    g.set_gicd(0x284, 0x100);
    CHECK(g.gicd(0x204) == 0x100);  // the line is still high
    g.set_gicd(0x204, 0x100);
    g.gic.set_line(0, 40, false);
    CHECK(g.gicd(0x204) == 0x100);  // by the write to ISPENDR
    g.set_gicd(0x284, 0x100);
    CHECK(g.gicd(0x204) == 0);
    g.set_gicd(0xc0c, 0);
    g.set_gicd(0xc08, 0x2 << 16);  // interrupt 40: edge
    g.gic.set_line(0, 40, true);
    g.gic.set_line(0, 40, false);
    CHECK(g.gicd(0x204) == 0x100);
    CHECK_FALSE(g.gic.line(0, 40));
    g.set_gicd(0x284, 0x100);
    CHECK_FALSE(g.gic.is_pending(0, 40));
}

TEST_CASE("a reset vCPU has forgotten its own interrupts and kept the SPIs") {
    Gic g;
    g.set_gicr(1, 0x1'0100, 0xffff'ffff);
    g.set_gicr(1, 0x1'0200, 0xffff'ffff);
    g.set_gicr(1, 0x1'0300, 0xffff'ffff);
    g.set_gicr(1, 0x14, 0);
    g.set_gicd(0x104, 1);
    g.set_gicd(0x6100, 1, 8);
    g.gic.reset_vcpu(1);
    CHECK(g.gicr(1, 0x1'0100) == 0);
    CHECK(g.gicr(1, 0x1'0200) == 0);
    CHECK(g.gicr(1, 0x1'0300) == 0);
    CHECK(g.gicr(1, 0x14) == 6);
    CHECK(g.gicr(1, 0x1'0c00) == 0xaaaa'aaaa);
    CHECK(g.gicd(0x104) == 1);
    CHECK(g.gicd(0x6100, 8) == 1);
    CHECK_FALSE(g.gic.has_work(1));
}
