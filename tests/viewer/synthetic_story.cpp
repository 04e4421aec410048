// SPDX-License-Identifier: Apache-2.0
#include "tests/viewer/synthetic_story.hpp"

#include "hyp/arch/syndrome.hpp"

namespace ws::test {
namespace {

namespace payload = trace::payload;
using trace::IrqChange;

constexpr u64 kHostPc = 0x4020'1240;
constexpr u64 kPc = 0x4008'0fb0;
constexpr u64 kAbort = 0x9200'0007 | 1U << 24 | 2U << 22;
constexpr u32 kSgi = 3;
constexpr u32 kKick = 1;
constexpr u32 kTimer = 27;

u64 write_of(SysregEncoding e) {
    using namespace iss::sys64;
    return reg::ESR_EL2::EC.of(static_cast<u64>(Ec::SYS64)) | reg::ESR_EL2::IL.of(1) | Op0.of(e.op0) | Op1.of(e.op1) |
           CRn.of(e.crn) | CRm.of(e.crm) | Op2.of(e.op2);
}

void moves(SyntheticMachine& m, Step step, RegisterClass c, Operation operation, Owner owner) {
    m.begin(step);
    m.work(4);
    m.block(c, operation, owner);
    m.end(step);
}

/// From the trap to the kernel.
void out(SyntheticMachine& m, bool split, Owner owner) {
    moves(m, Step::save_general_purpose, RegisterClass::general, Operation::save, owner);
    if (!split) return;
    moves(m, Step::save_vgic, RegisterClass::vgic, Operation::save, owner);
    moves(m, Step::save_el1, RegisterClass::el1, Operation::save, owner);
    m.begin(Step::return_to_host);
    m.work(6);
    m.eret(trace::kHost, kHostPc, kHostEl1);
    m.work(8);
}

/// From the kernel into the guest.
void in(SyntheticMachine& m, bool split, Owner owner) {
    m.begin(Step::flush_interrupts);
    m.work(9);
    m.end(Step::flush_interrupts);
    if (split) {
        m.trap(trace::kHost, kHvc, kHostPc - 4, kHostEl1);
        moves(m, Step::restore_el1, RegisterClass::el1, Operation::restore, owner);
        moves(m, Step::restore_vgic, RegisterClass::vgic, Operation::restore, owner);
    }
    m.begin(Step::restore_general_purpose);
    m.block(RegisterClass::general, Operation::restore, owner);
    m.eret(owner, kPc + 4, kGuestEl1);
}

void irq(SyntheticMachine& m, Owner owner, u32 intid, IrqChange change) {
    m.emit(payload::virtual_irq{intid, owner, change});
    m.work(12);
}

template <class Handle>
void operate(SyntheticMachine& m, bool split, Owner owner, u64 esr, Handle handle) {
    esr == 0 ? m.trap_by_irq(owner, kPc, kGuestEl1) : m.trap(owner, esr, kPc, kGuestEl1);
    out(m, split, owner);
    m.begin(esr == 0 ? Step::handle_interrupt : Step::handle_exit);
    handle();
    m.end(esr == 0 ? Step::handle_interrupt : Step::handle_exit);
    in(m, split, owner);
}

void switch_to(SyntheticMachine& m, Owner previous, Owner next, trace::SwitchReason reason) {
    m.work(20);
    m.emit(payload::schedule{previous, next, reason});
    m.work(25);
}

/// vCPU 1 on CPU `a` sends an SGI to vCPU 2 on CPU `b`, which takes and ends it.
void send_interrupt(SyntheticMachine& a, SyntheticMachine& b, bool split) {
    operate(a, split, 1, write_of(info(SysregId::ICC_SGI1R_EL1).encoding), [&] {
        a.work(60);
        irq(a, 2, kSgi, IrqChange::raised);
        a.emit(payload::kick{1, 2, trace::KickReason::interrupt});
        a.work(30);
    });
    b.go_on_after(a);
    operate(b, split, 2, 0, [&] {
        b.emit(payload::physical_irq{kKick, 2});
        b.work(50);
        irq(b, 2, kSgi, IrqChange::listed);
        b.emit(payload::list_register{0x5000'0000'0000'0003 | u64{1} << 62, 2, 0});
    });
    b.work(150);
    operate(b, split, 2, kHvc, [&] {
        irq(b, 2, kSgi, IrqChange::taken);
        irq(b, 2, kSgi, IrqChange::ended);
        b.hypercall(2, 0x8600'ff01, 0, ~u64{0});
        b.work(30);
    });
    b.work(80);
    a.go_on_after(b);
}

/// vCPU 1 waits on CPU `a`, VM 2 runs there, and vCPU 1 goes on where it was.
void wait(SyntheticMachine& a, bool split, u64 page) {
    a.trap(1, kWfi, kPc, kGuestEl1);
    out(a, split, 1);
    a.begin(Step::handle_exit);
    a.emit(payload::timer{123456, 1, trace::Timer::virtual_timer, trace::TimerChange::armed});
    a.begin(Step::switch_thread);
    switch_to(a, 1, 3, trace::SwitchReason::waits);
    in(a, split, 3);
    a.work(700);
    a.trap(3, kAbort, kPc, kGuestEl1);
    out(a, split, 3);
    a.begin(Step::handle_exit);
    a.emit(payload::stage2_map{0x4000'0000 + page * 0x1000, 0x6000'0000 + page * 0x1000, 0x1000, 3, 7});
    a.work(200);
    a.end(Step::handle_exit);
    in(a, split, 3);
    a.work(400);
    a.trap_by_irq(3, kPc, kGuestEl1);
    out(a, split, 3);
    a.emit(payload::physical_irq{kTimer, 3});
    a.emit(payload::timer{123456, 1, trace::Timer::virtual_timer, trace::TimerChange::expired});
    irq(a, 1, kTimer, IrqChange::raised);
    switch_to(a, 3, 1, trace::SwitchReason::time_slice);
    a.end(Step::switch_thread);
    a.end(Step::handle_exit);
    irq(a, 1, kTimer, IrqChange::listed);
    in(a, split, 1);
    a.work(200);
}

void use_devices(SyntheticMachine& a, bool split) {
    using trace::Access;
    using trace::Device;
    operate(a, split, 1, kAbort, [&] {
        irq(a, 1, kTimer, IrqChange::taken);
        irq(a, 1, kTimer, IrqChange::ended);
        a.emit(payload::mmio{0x0800'0008, 0x43b, 1, Device::distributor, Access::read, 4});
        a.work(110);
    });
    a.work(90);
    operate(a, split, 1, kAbort, [&] {
        a.emit(payload::mmio{0x0900'0000, 'w', 1, Device::uart, Access::write, 1});
        a.work(160);
    });
    a.work(90);
    operate(a, split, 1, kAbort, [&] {
        a.emit(payload::mmio{0x0b00'0000, 0, 1, Device::none, Access::read, 4});
        a.emit(payload::inject{0x9600'0010, 0x0b00'0000, 1, trace::Injection::external_abort});
        a.work(90);
    });
    a.work(90);
}

}  // namespace

void play_two_cpus(SyntheticMachine& a, SyntheticMachine& b, bool split, u64 rounds) {
    a.emit(payload::schedule{0, 1, trace::SwitchReason::started});
    in(a, split, 1);
    b.go_on_after(a);
    b.emit(payload::schedule{0, 0, trace::SwitchReason::started});
    b.work(900);
    a.go_on_after(b);
    operate(a, split, 1, kHvc, [&] {
        a.emit(payload::psci{0xC400'0003, 1, 0, 1});
        a.emit(payload::vcpu_reset{0x4008'0000, 2});
        a.emit(payload::kick{1, 2, trace::KickReason::reschedule});
        a.work(50);
    });
    b.go_on_after(a);
    b.emit(payload::physical_irq{kKick, 0});
    switch_to(b, 0, 2, trace::SwitchReason::started);
    in(b, split, 2);
    b.work(300);
    a.go_on_after(b);
    for (u64 i = 0; i < rounds; ++i) {
        send_interrupt(a, b, split);
        a.work(100);
        send_interrupt(a, b, split);
        wait(a, split, i);
        use_devices(a, split);
    }
}

}  // namespace ws::test
