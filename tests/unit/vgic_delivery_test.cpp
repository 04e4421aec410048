// SPDX-License-Identifier: Apache-2.0
// The way of single interrupts: to the right vCPU, into the list registers, and what comes back.
#include "tests/unit/catch.hpp"
#include "tests/unit/vgic_cpu_interface.hpp"
#include "tests/unit/vgic_notes.hpp"

using namespace ws;
using namespace ws::test;
using vgic::Frame;
using vgic::InterruptController;
using vgic::SgiGroup;

namespace {

/// Two vCPUs, everything enabled in group 1 at priority 0x80, nothing pending.
struct Machine {
    InterruptController gic;
    VirtualCpuInterface cpu[2];

    Machine() {
        gic.link(27, 27);
        gic.reset(2);
        set_gicd(0x0, 3);
        for (u32 word = 4; word <= 32; word += 4) {
            set_gicd(0x80 + word, 0xffff'ffff);
            set_gicd(0x100 + word, 0xffff'ffff);
        }
        for (u32 i = 32; i < 288; i += 4) set_gicd(0x400 + i, 0x8080'8080);
        for (u32 v = 0; v < 2; v++) {
            set_gicr(v, 0x1'0080, 0xffff'ffff);
            set_gicr(v, 0x1'0100, 0xffff'ffff);
            for (u32 i = 0; i < 32; i += 4) set_gicr(v, 0x1'0400 + i, 0x8080'8080);
        }
        gic.take_work();
        notes = {};
        notes.on = true;
    }
    ~Machine() { notes.on = false; }

    void set_gicd(u32 offset, u64 value, u32 bytes = 4) {
        CHECK(gic.write(Frame::distributor, 0, offset, bytes, value));
    }
    void set_gicr(u32 v, u32 offset, u64 value, u32 bytes = 4) {
        CHECK(gic.write(Frame::redistributor, v, offset, bytes, value));
    }
    void make_edge(u32 intid) { set_gicd(0xc00 + intid / 16 * 4, u64{2} << intid % 16 * 2); }
    void set_priority(u32 intid, u32 priority) { set_gicd(0x400 + intid, priority, 1); }
    u32 enter(u32 v) { return gic.flush(v, cpu[v].lr, cpu[v].hcr); }
    void leave(u32 v) { gic.sync(v, cpu[v].lr, cpu[v].hcr); }
    u32 acknowledge(u32 v) {
        u32 group = 0;
        return cpu[v].acknowledge(group);
    }
    std::string told() {
        std::string text = notes.text;
        notes.text.clear();
        return text;
    }
};

constexpr u64 sgi(u32 intid, u32 list) { return u64{intid} << 24 | list; }

}  // namespace

TEST_CASE("an SGI goes to those who are named") {
    Machine m;
    m.gic.send_sgi(0, sgi(3, 0xfffe), SgiGroup::group1);
    CHECK(m.gic.take_work() == 2);
    CHECK(m.gic.take_work() == 0);
    CHECK(m.gic.is_pending(1, 3));
    CHECK_FALSE(m.gic.is_pending(0, 3));
    m.gic.send_sgi(1, u64{1} << 40 | sgi(4, 0), SgiGroup::group1);  // IRM: all but oneself
    CHECK(m.gic.take_work() == 1);
    for (const u64 other : {u64{1} << 16, u64{1} << 32, u64{1} << 48, u64{1} << 44}) {
        m.gic.send_sgi(0, other | sgi(5, 0xffff), SgiGroup::group1);
        CHECK_FALSE((m.gic.is_pending(0, 5) || m.gic.is_pending(1, 5)));
    }
    // Only ICC_SGI1R_EL1 reaches group 1.
    m.gic.send_sgi(0, sgi(6, 2), SgiGroup::group0);
    CHECK_FALSE(m.gic.is_pending(1, 6));
    m.set_gicr(1, 0x1'0080, 0);
    m.gic.send_sgi(0, sgi(6, 2), SgiGroup::group0);
    m.gic.send_sgi(0, sgi(7, 2), SgiGroup::group1);
    CHECK((m.gic.is_pending(1, 6) && m.gic.is_pending(1, 7)));
}

TEST_CASE("an SGI's round: sent, listed, taken, ended") {
    Machine m;
    CHECK_FALSE(m.gic.has_work(1));
    m.gic.send_sgi(0, sgi(1, 2), SgiGroup::group1);
    CHECK(m.gic.has_work(1));
    CHECK(m.enter(1) == 1);
    CHECK(m.cpu[1].lr[0] == (u64{1} << 62 | u64{1} << 60 | u64{0x80} << 48 | 1));
    CHECK(m.cpu[1].hcr == 1);
    CHECK(notes.list_registers == 1);
    CHECK(m.acknowledge(1) == 1);
    m.cpu[1].end(1, 1);
    m.leave(1);
    CHECK_FALSE((m.gic.is_pending(1, 1) || m.gic.is_active(1, 1) || m.gic.has_work(1)));
    CHECK(m.told() == "raised 1/1 listed 1/1 taken 1/1 ended 1/1 ");
}

TEST_CASE("an interrupt that the guest did not take stays pending") {
    Machine m;
    m.gic.send_sgi(0, sgi(1, 2), SgiGroup::group1);
    m.enter(1);
    m.leave(1);
    CHECK((m.gic.is_pending(1, 1) && m.gic.has_work(1)));
    CHECK(m.told() == "raised 1/1 listed 1/1 unlisted 1/1 ");
    // A second flush without a run in between is the same.
    CHECK(m.enter(1) == 1);
    CHECK(m.enter(1) == 1);
    CHECK(m.acknowledge(1) == 1);
}

TEST_CASE("an edge while the last one is being handled is delivered after it") {
    Machine m;
    m.gic.send_sgi(0, sgi(1, 2), SgiGroup::group1);
    m.enter(1);
    CHECK(m.acknowledge(1) == 1);
    m.gic.take_work();
    m.gic.send_sgi(0, sgi(1, 2), SgiGroup::group1);
    CHECK(m.gic.take_work() == 2);  // the list register does not know of it
    m.leave(1);
    m.enter(1);
    CHECK(state_of(m.cpu[1].lr[0]) == 3);
    CHECK(m.acknowledge(1) == kSpurious);
    m.cpu[1].end(1, 1);
    CHECK(m.acknowledge(1) == 1);
    m.cpu[1].end(1, 1);
    m.leave(1);
    CHECK(m.told() == "raised 1/1 listed 1/1 raised 1/1 taken 1/1 listed 1/1 ended 1/1 taken 1/1 ended 1/1 ");
}

TEST_CASE("a line that is still high at the end makes the interrupt pending again") {
    Machine m;
    m.gic.set_line(0, 40, true);
    CHECK(m.gic.take_work() == 1);
    m.enter(0);
    CHECK(Lr::EOI.get(m.cpu[0].lr[0]) == 1);
    CHECK(m.acknowledge(0) == 40);
    m.leave(0);
    CHECK((m.gic.is_active(0, 40) && m.gic.is_pending(0, 40)));
    m.enter(0);
    CHECK(state_of(m.cpu[0].lr[0]) == 2);
    CHECK_FALSE(m.cpu[0].maintenance());
    m.cpu[0].end(40, 1);
    CHECK(m.cpu[0].maintenance());
    m.leave(0);
    m.enter(0);
    CHECK(m.acknowledge(0) == 40);
    m.gic.set_line(0, 40, false);
    m.cpu[0].end(40, 1);
    m.leave(0);
    CHECK(m.enter(0) == 0);
}

TEST_CASE("a line that falls before it is taken takes the interrupt away") {
    Machine m;
    m.gic.set_line(0, 40, true);
    m.enter(0);
    m.gic.set_line(0, 40, false);
    m.leave(0);
    CHECK_FALSE(m.gic.is_pending(0, 40));
    CHECK(m.enter(0) == 0);
    CHECK(m.told() == "raised 0/40 listed 0/40 lowered 0/40 unlisted 0/40 ");
}

TEST_CASE("a linked interrupt carries its physical one, which ends with it") {
    Machine m;
    m.gic.set_line(1, 27, true);
    CHECK(m.gic.take_work() == 2);
    m.enter(1);
    CHECK(Lr::HW.get(m.cpu[1].lr[0]) == 1);
    CHECK(Lr::pINTID.get(m.cpu[1].lr[0]) == 27);
    CHECK(m.acknowledge(1) == 27);
    m.leave(1);
    CHECK(m.gic.is_active(1, 27));
    m.enter(1);
    CHECK(state_of(m.cpu[1].lr[0]) == 2);  // never 3
    CHECK(m.cpu[1].end(27, 1));
    m.leave(1);
    CHECK_FALSE((m.gic.line(1, 27) || m.gic.has_work(1)));

    // The physical interrupt came again before the end was seen.
    m.gic.set_line(1, 27, true);
    m.enter(1);
    CHECK(m.acknowledge(1) == 27);
    m.cpu[1].end(27, 1);
    m.gic.set_line(1, 27, true);
    m.leave(1);
    CHECK(m.gic.line(1, 27));
    m.enter(1);
    CHECK(m.acknowledge(1) == 27);
}

TEST_CASE("what is off is not delivered, but can be ended") {
    Machine m;
    m.make_edge(40);
    m.gic.set_line(0, 40, true);
    m.enter(0);
    CHECK(m.acknowledge(0) == 40);
    m.leave(0);
    m.set_gicd(0x204, 0x100);  // pending again
    m.set_gicd(0x184, 0x100);  // and disabled
    CHECK(m.enter(0) == 1);
    CHECK(state_of(m.cpu[0].lr[0]) == 2);
    m.cpu[0].end(40, 1);
    m.leave(0);
    CHECK(m.enter(0) == 0);
    m.set_gicd(0x0, 1);
    m.set_gicd(0x104, 0x100);
    CHECK(m.enter(0) == 0);  // its group is off
    m.gic.take_work();
    m.set_gicd(0x0, 2);
    CHECK(m.gic.take_work() == 1);
    CHECK(m.enter(0) == 1);
}

TEST_CASE("a guest can end what it made active by a register") {
    Machine m;
    m.set_gicd(0x304, 0x100);
    CHECK(m.enter(0) == 1);
    CHECK(state_of(m.cpu[0].lr[0]) == 2);
    m.cpu[0].deactivate(40);
    m.leave(0);
    CHECK_FALSE(m.gic.is_active(0, 40));
    m.set_gicd(0x304, 0x100);
    m.set_gicd(0x384, 0x100);
    CHECK(m.enter(0) == 0);
}

TEST_CASE("an SPI goes where it is routed") {
    Machine m;
    m.set_gicd(0x6140, 1, 8);
    m.gic.set_line(0, 40, true);
    CHECK(m.gic.take_work() == 2);
    CHECK_FALSE(m.gic.has_work(0));
    m.enter(1);
    CHECK(m.gic.holders(Frame::distributor, 0, 0x6140, 8, 0) == 2);
    m.leave(1);
    m.set_gicd(0x6140, 0x100, 8);  // to nobody
    CHECK(m.enter(1) == 0);
    m.set_gicd(0x6140, 0, 8);
    CHECK(m.gic.take_work() == 1);
    // Taken by one, routed to the other, pending again: the end is what the other waits for.
    m.make_edge(40);
    m.set_gicd(0x204, 0x100);
    m.enter(0);
    CHECK(m.acknowledge(0) == 40);
    m.leave(0);
    m.set_gicd(0x6140, 1, 8);
    m.set_gicd(0x204, 0x100);
    m.gic.take_work();
    m.enter(0);
    CHECK(m.enter(1) == 0);
    m.cpu[0].end(40, 1);
    CHECK(m.cpu[0].maintenance());
    m.leave(0);
    CHECK(m.gic.take_work() == 2);
    CHECK(m.enter(1) == 1);
}

TEST_CASE("the highest priorities are listed, the lower INTID first among equals") {
    Machine m;
    for (u32 i = 0; i < 6; i++) m.set_priority(40 + i, 0x60 - 8 * (i / 2));
    for (u32 i = 0; i < 6; i++) m.gic.set_line(0, 40 + i, true);
    CHECK(m.enter(0) == 0xf);
    for (const u32 intid : {44U, 45U, 42U}) {
        CHECK_FALSE(m.cpu[0].maintenance());
        CHECK(m.acknowledge(0) == intid);
        m.gic.set_line(0, intid, false);
        m.cpu[0].end(intid, 1);
        if (m.cpu[0].maintenance()) m.leave(0), m.enter(0);
    }
    CHECK(m.acknowledge(0) == 43);
    m.cpu[0].end(43, 1);
    m.gic.set_line(0, 43, false);
    m.leave(0);
    CHECK(m.enter(0) == 3);
    CHECK((m.cpu[0].hcr & 0xf) == 1);
    CHECK(m.acknowledge(0) == 40);
}

TEST_CASE("an end without a list register is that of the highest active one outside") {
    Machine m;
    for (u32 i = 0; i < 6; i++) {
        m.make_edge(40 + i * 16);
        m.set_priority(40 + i * 16, 0x80 - 8 * i);
        m.gic.set_line(0, 40 + i * 16, true);
        m.enter(0);
        CHECK(m.acknowledge(0) == 40 + i * 16);
        m.leave(0);
    }
    CHECK(m.enter(0) == 0xf);
    CHECK(Hcr::LRENPIE.get(m.cpu[0].hcr) == 1);
    for (u32 i = 6; i-- > 0;) {
        CHECK(m.cpu[0].maintenance() == (i == 0));
        m.cpu[0].end(40 + i * 16, 1);
    }
    CHECK(Hcr::EOIcount.get(m.cpu[0].hcr) == 2);
    CHECK(m.cpu[0].maintenance());
    m.leave(0);
    CHECK(m.enter(0) == 0);
}

TEST_CASE("active interrupts do not keep a pending one out of the list registers") {
    Machine m;
    m.cpu[0].eoi_mode = true;
    for (u32 i = 0; i < 5; i++) {
        m.set_priority(40 + i, 0x20);
        m.gic.set_line(0, 40 + i, true);
        m.enter(0);
        CHECK(m.acknowledge(0) == 40 + i);
        m.cpu[0].end(40 + i, 1);
        m.leave(0);
    }
    m.gic.send_sgi(1, sgi(9, 1), SgiGroup::group1);
    m.set_gicr(0, 0x1'0080, 0xffff'fbff);  // 10: group 0
    m.gic.send_sgi(1, sgi(10, 1), SgiGroup::group1);
    m.enter(0);
    CHECK((m.cpu[0].has(9) && m.cpu[0].has(10)));
    CHECK(m.acknowledge(0) == 9);
}

TEST_CASE("a vCPU that lists an interrupt is its holder") {
    Machine m;
    m.gic.set_line(0, 40, true);
    m.gic.send_sgi(0, sgi(1, 1), SgiGroup::group1);
    m.enter(0);
    const auto holders = [&](Frame frame, u32 v, u32 offset, u32 bytes) {
        return m.gic.holders(frame, v, offset, bytes, 1);
    };
    for (const u32 offset : {0x84U, 0x104U, 0x204U, 0x284U, 0x304U, 0x428U, 0xc08U, 0x6140U}) {
        CHECK(holders(Frame::distributor, 0, offset, 4) == 1);
        CHECK(m.gic.holders(Frame::distributor, 0, offset, 4, 0) == 0);
    }
    for (const u32 offset : {0x0U, 0x4U, 0x8U, 0x200U, 0x208U, 0x42cU, 0xc0cU, 0x6148U, 0xd04U, 0xffe8U}) {
        CHECK(holders(Frame::distributor, 0, offset, 4) == 0);
    }
    CHECK(holders(Frame::distributor, 0, 0x428, 1) == 1);
    CHECK(holders(Frame::distributor, 0, 0x429, 1) == 0);
    CHECK(holders(Frame::redistributor, 0, 0x1'0200, 4) == 1);
    CHECK(holders(Frame::redistributor, 1, 0x1'0200, 4) == 0);
    CHECK(holders(Frame::redistributor, 0, 0x8, 8) == 0);
    m.leave(0);
    CHECK(holders(Frame::distributor, 0, 0x204, 4) == 0);
}

TEST_CASE("an interrupt wakes a vCPU whose interface would signal it") {
    Machine m;
    m.gic.send_sgi(1, sgi(1, 1), SgiGroup::group1);
    VirtualCpuInterface& cpu = m.cpu[0];
    CHECK(m.gic.would_signal(0, cpu.vmcr()));
    cpu.pmr = 0x80;
    CHECK_FALSE(m.gic.would_signal(0, cpu.vmcr()));
    cpu.pmr = 0x88;
    CHECK(m.gic.would_signal(0, cpu.vmcr()));
    cpu.group_on[1] = false;
    CHECK_FALSE(m.gic.would_signal(0, cpu.vmcr()));
    CHECK_FALSE(m.gic.would_signal(1, m.cpu[1].vmcr()));
}
