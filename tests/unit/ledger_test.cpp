// SPDX-License-Identifier: Apache-2.0
// The books of an operation, and the machine at an event.
#include <string_view>

#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/explain/ledger.hpp"
#include "viewer/model/operations/segments.hpp"
#include "viewer/model/registers/register_history.hpp"

using namespace ws;
using namespace ws::test;
using model::Certainty;
using model::Ledger;
using model::LedgerEntry;
using model::RegisterNow;
using trace::Operation;

namespace {

const LedgerEntry& entry_of(const Ledger& ledger, std::string_view name) {
    const model::RegisterPlace place = model::find_hardware_register(std::string(name));
    REQUIRE(place != model::kNoRegister);
    return ledger.entries[place];
}

const RegisterNow& now_of(const model::MachineNow& now, std::string_view name) {
    return now.registers[model::find_hardware_register(std::string(name))];
}

/// The books of the last operation of a run, and that they say what the operation's parts say.
Ledger last_books(const model::Run& run) {
    const model::Operation& operation = run.operations.all().back();
    const model::OperationEvents parts = model::take_apart(run, operation);
    Ledger ledger = model::keep_ledger(run.trace, parts.events);
    CHECK(ledger.total.saved == parts.moves.saved());
    CHECK(ledger.total.restored == parts.moves.restored());
    CHECK(ledger.total.written == parts.moves.written());
    LedgerEntry sum;
    for (const LedgerEntry& entry : ledger.entries) sum += entry;
    CHECK(sum == ledger.total);
    return ledger;
}

u32 registers_of(RegisterClass c) { return model::find_block(c)->registers; }

/// The event of this kind with this number, from 0.
model::EventIndex nth(const model::Trace& trace, u32 id, u32 number) {
    for (model::EventIndex index = 0; index < trace.events().size(); ++index) {
        if (trace.event(index).id() == id && number-- == 0) return index;
    }
    FAIL("no such event");
    return model::kNoEvent;
}

u32 id_of(RegisterClass c) { return model::find_block(c)->id; }

u32 id_of(trace::EventId kind) { return static_cast<u32>(kind); }

}  // namespace

TEST_CASE("hardware registers are all that move, once", "[registers]") {
    const auto& all = model::hardware_registers();
    for (model::RegisterPlace place = 0; place < all.size(); ++place) {
        INFO(all[place].name);
        CHECK(model::find_hardware_register(all[place].name) == place);
    }
    CHECK(model::find_hardware_register("sctlr_el1") == model::find_hardware_register("SCTLR_EL1"));
    CHECK(model::find_hardware_register("SCTLR_EL9") == model::kNoRegister);
    for (const SysregInfo& sysreg : kSysregs) {
        if (info(sysreg.register_class).moved_as == MovedAs::none) continue;
        INFO(sysreg.name);
        CHECK(model::find_hardware_register(sysreg.name) != model::kNoRegister);
    }
    CHECK(all[model::find_hardware_register("X19")].register_class == RegisterClass::general);
    CHECK(all[model::find_hardware_register("X19")].general_purpose());
    CHECK(all[model::find_hardware_register("ESR_EL2")].register_class == RegisterClass::other);
}

TEST_CASE("split's books: all EL1 registers out and in, for guest and host", "[ledger]") {
    FakeRun fake;
    play(fake, "split", 2);
    const model::Run run = fake.run();
    const Ledger ledger = last_books(run);
    const LedgerEntry& sctlr = entry_of(ledger, "SCTLR_EL1");
    CHECK(sctlr.saved == 2);
    CHECK(sctlr.restored == 2);
    CHECK(sctlr.unmatched() == 0);
    // Guest and host save what they were restored with. What is restored is the other one's: never the same.
    CHECK(sctlr.redundant_saves == 2);
    CHECK(sctlr.redundant_restores == 0);
    CHECK(entry_of(ledger, "HCR_EL2").written == 2);
    CHECK(entry_of(ledger, "HCR_EL2").redundant() == 0);
    // The story changes each general-purpose register between a save and the restore after it: no save is in vain.
    CHECK(entry_of(ledger, "X0").redundant() == 0);
    CHECK(ledger.total.redundant() == 2 * registers_of(RegisterClass::el1));
}

TEST_CASE("a control register written with its own value is redundant", "[ledger]") {
    FakeRun fake;
    enter_guest(fake);
    trap_from_guest(fake);
    fake.emit(trace::payload::control_write{5, 5, SysregId::HCR_EL2, kVcpu});
    fake.emit(trace::payload::control_write{5, 6, SysregId::HCR_EL2, kVcpu});
    enter_guest(fake);
    const LedgerEntry entry = entry_of(last_books(fake.run()), "HCR_EL2");
    CHECK(entry.written == 2);
    CHECK(entry.redundant_writes == 1);
    CHECK(model::remark(entry) == "1 of 2 redundant");
}

TEST_CASE("a restore of what the register holds is redundant only while nobody runs", "[ledger]") {
    FakeRun fake;
    enter_guest(fake);
    trap_from_guest(fake);
    fake.block(RegisterClass::el1, Operation::save, kVcpu, 7);
    fake.block(RegisterClass::el1, Operation::restore, trace::kHost, 7);
    fake.emit(trace::payload::eret{0x7f00'1000, kHostSpsrEl1, trace::kHost, 3});
    fake.work(10);
    fake.emit(trace::payload::trap{kHvcEsr, 0x7f00'1000, kHostSpsrEl1, 0, 0, trace::kHost, kLowerSync, 2});
    fake.block(RegisterClass::el1, Operation::restore, kVcpu, 7);
    enter_guest(fake);
    const Ledger ledger = last_books(fake.run());
    const LedgerEntry& entry = entry_of(ledger, "TTBR0_EL1");
    CHECK(entry.redundant_restores == 1);
    CHECK(entry.redundant_saves == 0);     // nobody knows what the copy held
    CHECK(entry.restored_not_saved == 1);  // the host's
    CHECK(model::remark(entry) == "1 of 3 redundant, restored but not saved");
}

TEST_CASE("a save without a restore is told, and timers are not taken for untouched after a save", "[ledger]") {
    FakeRun fake;
    enter_guest(fake);
    trap_from_guest(fake);
    fake.block(RegisterClass::debug, Operation::save, kVcpu, 7);
    fake.block(RegisterClass::timer, Operation::save, kVcpu, 7);
    fake.block(RegisterClass::timer, Operation::restore, kVcpu, 7);
    enter_guest(fake);
    const Ledger ledger = last_books(fake.run());
    CHECK(entry_of(ledger, "MDSCR_EL1").saved_not_restored == 1);
    CHECK(ledger.total.unmatched() == registers_of(RegisterClass::debug));
    CHECK(entry_of(ledger, "CNTV_CTL_EL0").redundant() == 0);
}

TEST_CASE("what a design leaves alone is untouched, or redirected where E2H is set", "[ledger]") {
    const auto hardware = [](const char* name) -> const model::HardwareRegister& {
        return model::hardware_registers()[model::find_hardware_register(name)];
    };
    CHECK(model::treatment(hardware("SCTLR_EL1"), {}, Layout::e2h0) == "untouched");
    CHECK(model::treatment(hardware("SCTLR_EL1"), {}, Layout::e2h1) == "redirected by E2H");
    CHECK(model::treatment(hardware("TPIDR_EL1"), {}, Layout::e2h1) == "untouched");
    LedgerEntry entry;
    entry.saved = 1;
    entry.restored = 2;
    CHECK(model::treatment(hardware("SCTLR_EL1"), entry, Layout::e2h1) == "saved, restored 2x");
}

TEST_CASE("the machine at an event: whose each register is, and what it holds", "[machine]") {
    FakeRun fake;
    play(fake, "split", 2);
    const model::Run run = fake.run();
    const model::Trace& trace = run.trace;
    const model::RegisterHistory machine(trace);
    // The EL1 blocks of the first hypercall: guest saved, host restored, host saved, guest restored.
    const model::EventIndex saved = nth(trace, id_of(RegisterClass::el1), 0);
    const model::EventIndex host_in = nth(trace, id_of(RegisterClass::el1), 1);
    const model::EventIndex guest_in = nth(trace, id_of(RegisterClass::el1), 3);

    const model::MachineNow after_save = machine.at(saved);
    CHECK(after_save.world == model::World::el2);
    CHECK(now_of(after_save, "SCTLR_EL1").owner == kVcpu);
    CHECK(now_of(after_save, "SCTLR_EL1").value.low == 200);
    CHECK(now_of(after_save, "SCTLR_EL1").certainty == Certainty::exact);
    CHECK(now_of(after_save, "X0").owner == trace::kHost);
    CHECK(now_of(after_save, "X0").certainty == Certainty::unknown);
    CHECK(now_of(after_save, "MDSCR_EL1").certainty == Certainty::unknown);
    CHECK(now_of(after_save, "MDSCR_EL1").owner == std::nullopt);
    CHECK(now_of(after_save, "ESR_EL2").value.low == kHvcEsr);
    CHECK(now_of(after_save, "ELR_EL2").value.low == kGuestPc);

    const auto changes = machine.changed_by(host_in);
    CHECK(changes.size() == registers_of(RegisterClass::el1));
    for (const model::RegisterChange& change : changes) {
        CHECK(change.before.owner == kVcpu);
        CHECK(change.after.owner == trace::kHost);
        CHECK(change.after.value.low == change.before.value.low + 100);
    }
    CHECK(now_of(machine.at(host_in), "HCR_EL2").owner == kVcpu);
    CHECK(now_of(machine.at(guest_in), "SCTLR_EL1").owner == kVcpu);

    // The last event enters the guest: what was restored may be another value soon.
    const model::MachineNow in_guest = machine.at(static_cast<model::EventIndex>(trace.events().size() - 1));
    CHECK(in_guest.world == model::World::guest_el1);
    CHECK(in_guest.running == kVcpu);
    CHECK(now_of(in_guest, "X0").owner == kVcpu);
    CHECK(now_of(in_guest, "X0").value.low == 101);
    CHECK(now_of(in_guest, "X0").certainty == Certainty::may_differ);
    CHECK(now_of(in_guest, "HCR_EL2").certainty == Certainty::exact);
}

TEST_CASE("far from the start the machine is the same as near it, on each CPU", "[machine]") {
    FakeRun fake({.cpus = 2, .packets = 256});
    enter(fake, 2, 1);
    play(fake, "split", 700);  // several checkpoints
    const model::Run run = fake.run();
    const model::RegisterHistory machine(run.trace);
    const model::EventIndex first = nth(run.trace, id_of(trace::EventId::control_write), 0);
    const model::EventIndex late = nth(run.trace, id_of(trace::EventId::control_write), 1200);
    CHECK(late > 10'000);
    CHECK(now_of(machine.at(late), "HCR_EL2").value == now_of(machine.at(first), "HCR_EL2").value);
    CHECK(now_of(machine.at(late), "SCTLR_EL1").owner == kVcpu);
    CHECK(machine.changed_by(late).size() == 1);
    const model::EventIndex other = run.trace.events_of(1).front();
    CHECK(machine.at(other).cpu == 1);
    CHECK(machine.at(other).running == trace::Owner{2});
    CHECK(now_of(machine.at(other), "SCTLR_EL1").certainty == Certainty::unknown);
}
