// SPDX-License-Identifier: Apache-2.0
// Registers that move one by one, as other hypervisors move them.
#include "viewer/model/trace/register_move.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/fake_run.hpp"
#include "viewer/model/explain/ledger.hpp"
#include "viewer/model/find/find.hpp"
#include "viewer/model/laws/laws.hpp"
#include "viewer/model/operations/segments.hpp"
#include "viewer/model/operations/time_span.hpp"
#include "viewer/model/registers/register_history.hpp"
#include "viewer/model/trace/describe.hpp"

using namespace ws;
using trace::Operation;
using ws::test::FakeRun;
namespace payload = trace::payload;

namespace {

constexpr trace::Owner kMovesOwner = 1;
constexpr u64 kHvc = 0x5a00'0000;
constexpr u64 kEl1h = 0x3c5;

void move(FakeRun& run, SysregId id, Operation operation, trace::Owner owner, u64 value) {
    run.emit(payload::register_move{value, id, operation, owner});
}

/// One hypercall; `restored` is what the guest's TTBR0_EL1 comes back as.
void play(FakeRun& run, u64 restored = 7) {
    run.emit(payload::eret{0x4000, kEl1h, kMovesOwner, 1});
    run.work(10);
    run.emit(payload::trap{kHvc, 0x4004, kEl1h, 0, 0, kMovesOwner, 8, 0});
    run.emit(payload::phase_begin{trace::Step::save_el1});
    move(run, SysregId::TTBR0_EL1, Operation::save, kMovesOwner, 7);
    move(run, SysregId::VDISR_EL2, Operation::save, kMovesOwner, 0);
    run.emit(payload::phase_end{trace::Step::save_el1});
    run.work(20);
    move(run, SysregId::TTBR0_EL1, Operation::restore, kMovesOwner, restored);
    move(run, SysregId::TTBR0_EL1, Operation::restore, kMovesOwner, restored);
    run.emit(payload::eret{0x4004, kEl1h, kMovesOwner, 1});
}

model::LawReport law(const model::Trace& trace, const std::string& name) {
    for (const model::LawReport& report : model::check(trace).laws) {
        if (report.law == name) return report;
    }
    FAIL("no law " << name);
    return {};
}

}  // namespace

TEST_CASE("single moves count with their class", "[register_move]") {
    FakeRun fake;
    play(fake);
    const model::Run run = fake.run();
    REQUIRE(run.operations.all().size() == 1);
    const model::Operation& operation = run.operations.all()[0];
    const auto el1 = static_cast<std::size_t>(RegisterClass::el1);
    const auto other = static_cast<std::size_t>(RegisterClass::other);
    CHECK(operation.registers[el1] == model::Moved{1, 2});
    CHECK(operation.registers[other] == model::Moved{1, 0});
    const model::OperationEvents parts = model::take_apart(run, operation);
    CHECK(parts.moves.saved() == 2);
    CHECK(parts.moves.restored() == 2);
    const model::SpanFigures span = model::measure_span(run.trace, {0, 1 << 20});
    CHECK(span.saved == 2);
    CHECK(span.restored == 2);
}

TEST_CASE("the ledger has single moves, of registers too that no switch of ours has", "[register_move]") {
    FakeRun fake;
    play(fake);
    const model::Run run = fake.run();
    const model::OperationEvents parts = model::take_apart(run, run.operations.all()[0]);
    const model::Ledger ledger = model::keep_ledger(run.trace, parts.events);
    const model::LedgerEntry& table = ledger.entries[model::find_hardware_register("TTBR0_EL1")];
    CHECK(table.saved == 1);
    CHECK(table.restored == 2);
    CHECK(table.redundant_restores == 2);  // it held that value since it was saved
    CHECK(table.restored_not_saved == 1);
    const model::RegisterPlace vdisr = model::find_hardware_register("VDISR_EL2");
    CHECK(ledger.entries[vdisr].saved_not_restored == 1);
    CHECK(model::hardware_registers()[vdisr].only_if_told);
    CHECK_FALSE(model::hardware_registers()[model::find_hardware_register("TTBR0_EL1")].only_if_told);
}

TEST_CASE("a register that comes back changed by itself breaks the law", "[register_move]") {
    FakeRun good;
    play(good);
    const model::LawReport kept = law(good.run().trace, "saved_is_restored");
    CHECK(kept.offences == 0);
    CHECK(kept.checked == 2);
    FakeRun bad;
    play(bad, 8);
    const model::LawReport broken = law(bad.run().trace, "saved_is_restored");
    CHECK(broken.offences == 2);
    CHECK(broken.first_offence.find("TTBR0_EL1 of vCPU 0 is restored as 0x0000000000000008, but event") !=
          std::string::npos);
}

TEST_CASE("an operation or a register without a name breaks the law", "[register_move]") {
    FakeRun fake;
    play(fake);
    fake.emit(payload::register_move{0, static_cast<SysregId>(kSysregCount), static_cast<Operation>(2), kMovesOwner});
    CHECK(law(fake.run().trace, "numbers_have_names").offences == 2);
}

TEST_CASE("the machine's state and the query know single moves", "[register_move]") {
    FakeRun fake;
    play(fake);
    const model::Run run = fake.run();
    const model::RegisterHistory history(run.trace);
    const auto last = static_cast<model::EventIndex>(run.trace.events().size() - 2);  // the second restore
    const model::MachineNow now = history.at(last);
    const model::RegisterNow& table = now.registers[model::find_hardware_register("TTBR0_EL1")];
    CHECK(table.certainty == model::Certainty::exact);
    CHECK(table.value.low == 7);
    CHECK(table.owner == kMovesOwner);
    CHECK(table.source == last);
    CHECK(history.at(last + 1).registers[model::find_hardware_register("TTBR0_EL1")].certainty ==
          model::Certainty::may_differ);  // the guest runs
    CHECK(model::find_events(run.trace, model::Query::parse("register=ttbr0_el1")).size() == 3);
}

TEST_CASE("a single move shows the bits of its register", "[register_move]") {
    FakeRun fake;
    move(fake, SysregId::TTBR0_EL1, Operation::save, kMovesOwner, u64{5} << 48);
    fake.capture();
    const model::Trace trace = model::Trace::load(fake.folder());
    const auto fields = model::describe(trace, trace.event(0));
    REQUIRE(fields.size() == 4);
    CHECK(fields[1].text == "TTBR0_EL1");
    CHECK(fields[2].text == "save");
    REQUIRE_FALSE(fields[0].parts.empty());
    CHECK(fields[0].parts[0].name == "ASID");
    CHECK(fields[0].parts[0].value == 5);
}
