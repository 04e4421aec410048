// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/stories.hpp"

namespace ws::test {

using trace::Operation;
using trace::Step;
namespace payload = trace::payload;

namespace {

constexpr u64 kHostPc = 0x7f00'1000;
constexpr u64 kGuestHcr = 0x8000'0039;
constexpr u64 kHostHcr = 0x8000'0000;

void control(FakeRun& run, SysregId sysreg, u64 old_value, u64 new_value) {
    run.emit(payload::control_write{old_value, new_value, sysreg, kVcpu});
    run.work(1);
}

void move(FakeRun& run, Step step, RegisterClass register_class, Operation operation, trace::Owner owner, u64 first) {
    run.emit(payload::phase_begin{step});
    run.work(10);
    run.block(register_class, operation, owner, first);
    run.emit(payload::phase_end{step});
    run.work(1);
}

void handle(FakeRun& run, u64 function, u64 work) {
    run.emit(payload::phase_begin{Step::handle_exit});
    run.work(work);
    run.emit(payload::hypercall{function, 0, ~u64{0}, kVcpu});
    run.emit(payload::phase_end{Step::handle_exit});
}

}  // namespace

void enter_guest(FakeRun& run, u64 elr, u32 cpu) {
    run.emit(payload::eret{elr, kSpsrEl1, kVcpu, 3}, cpu);
    run.work(3 + 20);
}

void trap_from_guest(FakeRun& run, u64 esr, u64 elr, u32 cpu) {
    run.work(2);
    run.emit(payload::trap{esr, elr, kSpsrEl1, 0, 0, kVcpu, kLowerSync, 2}, cpu);
    run.work(1);
}

void split_hypercall(FakeRun& run, u64 function, u64 work, u64 elr) {
    trap_from_guest(run, kHvcEsr, elr);
    move(run, Step::save_general_purpose, RegisterClass::general, Operation::save, kVcpu, 100);
    move(run, Step::save_el1, RegisterClass::el1, Operation::save, kVcpu, 200);
    control(run, SysregId::HCR_EL2, kGuestHcr, kHostHcr);
    move(run, Step::restore_host_el1, RegisterClass::el1, Operation::restore, trace::kHost, 300);
    run.emit(payload::phase_begin{Step::return_to_host});
    run.emit(payload::eret{kHostPc, kHostSpsrEl1, trace::kHost, 3});
    run.work(3 + 5);
    handle(run, function, work);
    run.work(2);
    run.emit(payload::trap{kHvcEsr, kHostPc, kHostSpsrEl1, 0, 0, trace::kHost, kLowerSync, 2});
    move(run, Step::save_host_el1, RegisterClass::el1, Operation::save, trace::kHost, 300);
    control(run, SysregId::HCR_EL2, kHostHcr, kGuestHcr);
    move(run, Step::restore_el1, RegisterClass::el1, Operation::restore, kVcpu, 200);
    run.emit(payload::phase_begin{Step::restore_general_purpose});
    run.work(20);
    run.block(RegisterClass::general, Operation::restore, kVcpu, 101);
    enter_guest(run, elr);
}

void vhe_hypercall(FakeRun& run, u64 function, u64 work, u64 elr) {
    trap_from_guest(run, kHvcEsr, elr);
    move(run, Step::save_general_purpose, RegisterClass::general, Operation::save, kVcpu, 100);
    control(run, SysregId::HCR_EL2, kGuestHcr, kHostHcr);
    handle(run, function, work);
    control(run, SysregId::HCR_EL2, kHostHcr, kGuestHcr);
    run.emit(payload::phase_begin{Step::restore_general_purpose});
    run.work(20);
    run.block(RegisterClass::general, Operation::restore, kVcpu, 101);
    enter_guest(run, elr);
}

void mark(FakeRun& run, u64 id, u64 value, trace::Owner owner, u32 cpu) {
    leave(run, owner, cpu);
    run.emit(payload::hypercall{0xC600'0003, id, 0, owner}, cpu);
    run.emit(payload::mark{id, value, owner}, cpu);
    enter(run, owner, cpu);
}

void enter(FakeRun& run, trace::Owner owner, u32 cpu) {
    run.emit(payload::eret{kGuestPc, kSpsrEl1, owner, 3}, cpu);
    run.work(3 + 20);
}

void leave(FakeRun& run, trace::Owner owner, u32 cpu, u64 esr) {
    run.work(2);
    run.emit(payload::trap{esr, kGuestPc, kSpsrEl1, 0, 0, owner, kLowerSync, 2}, cpu);
    run.work(1);
}

void schedule(FakeRun& run, trace::Owner previous, trace::Owner next, u32 cpu, trace::SwitchReason reason) {
    run.emit(payload::schedule{previous, next, reason}, cpu);
    run.work(5);
}

void meet_the_machine(FakeRun& run) {
    using enum trace::IrqChange;
    trap_from_guest(run, 0x9200'0000);
    run.emit(payload::stage2_map{0x4000'0000, 0x7000'0000, 0x1000, kVcpu, 7});
    enter_guest(run);
    trap_from_guest(run, 0x9200'0000);
    run.emit(payload::mmio{0x100, 0, kVcpu, trace::Device::none, trace::Access::read, 4});
    run.emit(payload::inject{0, 0, kVcpu, trace::Injection::external_abort});
    enter_guest(run);
    trap_from_guest(run);
    for (const trace::IrqChange change : {raised, listed, taken, ended}) {
        run.emit(payload::virtual_irq{27, kVcpu, change});
    }
    enter_guest(run);
}

void play(FakeRun& run, const std::string& design, u64 hypercalls) {
    enter_guest(run);
    for (u64 i = 0; i < hypercalls; ++i) design == "split" ? split_hypercall(run) : vhe_hypercall(run);
    run.page().verdict = trace::Verdict::guest_exit;
}

}  // namespace ws::test
