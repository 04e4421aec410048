// SPDX-License-Identifier: Apache-2.0
// Spans, phases and operations that follow from the events.
#include "hyp/arch/syndrome.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/operations/run.hpp"

using namespace ws;
using namespace ws::test;
using model::World;
using trace::Step;

namespace {

const model::Moved& moved(const model::Operation& operation, RegisterClass register_class) {
    return operation.registers[static_cast<std::size_t>(register_class)];
}

}  // namespace

TEST_CASE("a split hypercall: two exceptions, four level crossings, host and guest registers", "[operations]") {
    FakeRun fake;
    play(fake, "split", 3);
    const model::Run run = fake.run();
    REQUIRE(run.operations.all().size() == 3);
    for (const model::Operation& operation : run.operations.all()) {
        CHECK(run.operations.kind(operation) == "hypercall (HVC, unhandled)");
        CHECK(operation.traps == 2);
        CHECK(operation.els_crossed == 4);
        CHECK(moved(operation, RegisterClass::general) == model::Moved{32, 32});
        const u32 el1 = model::find_block(RegisterClass::el1)->registers;
        CHECK(moved(operation, RegisterClass::el1) == model::Moved{2 * el1, 2 * el1});
        CHECK(moved(operation, RegisterClass::fp) == model::Moved{});
        CHECK(operation.control_writes == 2);
        CHECK(operation.control_changes == 2);
        CHECK(operation.elr == kGuestPc);
        CHECK(operation.owner == kVcpu);
        CHECK(operation.resumed);
    }
}

TEST_CASE("a vhe hypercall: one exception, two level crossings", "[operations]") {
    FakeRun fake({.design = "vhe"});
    play(fake, "vhe", 1);
    const model::Run run = fake.run();
    REQUIRE(run.operations.all().size() == 1);
    CHECK(run.operations.all()[0].traps == 1);
    CHECK(run.operations.all()[0].els_crossed == 2);
}

TEST_CASE("net time of an operation is all of its software's and none of the recorder's", "[operations]") {
    FakeRun fake({.design = "vhe"});
    enter_guest(fake);
    // 2 of lead, 1 after it, 10 + 1 in the save, 1 control, `work`, 1 control, 20 in the restore, 3 of tail.
    vhe_hypercall(fake, kUnhandled, 1000);
    const model::Run run = fake.run();
    REQUIRE(run.operations.all().size() == 1);
    const model::Operation& operation = run.operations.all()[0];
    CHECK(operation.net() == 2 + 1 + 11 + 1 + 1000 + 1 + 20 + 3);
    u64 sum = 0;
    for (std::size_t step = 0; step <= model::kMaxStep; ++step) sum += operation.steps[step];
    CHECK(sum == operation.net());
    CHECK(operation.steps[static_cast<std::size_t>(Step::handle_exit)] == 1000);
    CHECK(operation.steps[static_cast<std::size_t>(Step::save_general_purpose)] == 10);
    CHECK(operation.steps[static_cast<std::size_t>(Step::restore_general_purpose)] == 23);
}

TEST_CASE("time in a nested phase is the inner one's", "[operations]") {
    FakeRun fake;
    enter_guest(fake);
    trap_from_guest(fake);
    fake.emit(trace::payload::phase_begin{Step::handle_exit});
    fake.work(5);
    fake.emit(trace::payload::phase_begin{Step::save_fp});
    fake.work(70);
    fake.emit(trace::payload::phase_end{Step::save_fp});
    fake.work(5);
    fake.emit(trace::payload::phase_end{Step::handle_exit});
    enter_guest(fake);
    const model::Run run = fake.run();
    REQUIRE(run.operations.all().size() == 1);
    CHECK(run.operations.all()[0].steps[static_cast<std::size_t>(Step::handle_exit)] == 10);
    CHECK(run.operations.all()[0].steps[static_cast<std::size_t>(Step::save_fp)] == 70);
    REQUIRE(run.timeline[0].phases.size() == 2);
    CHECK(run.timeline[0].phases[0].depth == 0);
    CHECK(run.timeline[0].phases[1].depth == 1);
    CHECK(run.timeline[0].phases[0].end - run.timeline[0].phases[0].begin == 80);
}

TEST_CASE("spans tell who ran where, without holes", "[timeline]") {
    FakeRun fake;
    play(fake, "split", 1);
    const model::Run run = fake.run();
    std::vector<World> worlds;
    const auto& spans = run.timeline.at(0).spans;
    for (std::size_t i = 0; i < spans.size(); ++i) {
        worlds.push_back(spans[i].world);
        if (i != 0) CHECK(spans[i].begin == spans[i - 1].end);
    }
    CHECK(worlds == std::vector{World::guest_el1, World::el2, World::host_el1, World::el2, World::guest_el1});
}

TEST_CASE("a guest's user code has spans of its own", "[timeline]") {
    FakeRun fake;
    fake.emit(trace::payload::eret{0, 0, kVcpu, 1});
    fake.emit(trace::payload::trap{0, 0, 0, 0, 0, kVcpu, kLowerSync, 1});
    const model::Run run = fake.run();
    CHECK(run.timeline.at(0).spans[0].world == World::guest_el0);
}

TEST_CASE("the exception level of a saved state", "[timeline]") {
    CHECK(model::el_of_spsr(0b0000) == 0);
    CHECK(model::el_of_spsr(0b0100) == 1);
    CHECK(model::el_of_spsr(0b0101) == 1);
    CHECK(model::el_of_spsr(0b1000) == 2);
    CHECK(model::el_of_spsr(0b1001) == 2);
    CHECK(model::el_of_spsr(0b10000) == 0);  // AArch32 User
    CHECK(model::el_of_spsr(0b10011) == 1);  // AArch32 Supervisor
}

TEST_CASE("an event is found in its operation", "[operations]") {
    FakeRun fake;
    play(fake, "split", 2);
    const model::Run run = fake.run();
    const auto& all = run.operations.all();
    REQUIRE(all.size() == 2);
    CHECK(run.operations.at(run.trace, 0) == nullptr);  // the first entry
    CHECK(run.operations.at(run.trace, all[0].first) == &all[0]);
    CHECK(run.operations.at(run.trace, all[0].last) == &all[0]);
    CHECK(run.operations.at(run.trace, all[1].first + 1) == &all[1]);
}

TEST_CASE("operations are named after what the guest did", "[operations]") {
    using namespace iss;
    const auto kind_of = [](u64 esr, u8 vector) {
        FakeRun fake;
        enter_guest(fake);
        fake.emit(trace::payload::trap{esr, kGuestPc, kSpsrEl1, 0, 0, kVcpu, vector, 2});
        enter_guest(fake);
        const model::Run run = fake.run();
        return run.operations.kind(run.operations.all().at(0));
    };
    const auto esr = [](Ec ec, u64 iss) { return reg::ESR_EL2::EC.of(static_cast<u64>(ec)) | iss; };
    CHECK(kind_of(esr(Ec::WFx, 0), kLowerSync) == "WFI");
    CHECK(kind_of(esr(Ec::WFx, 1), kLowerSync) == "WFE");
    CHECK(kind_of(esr(Ec::DABT_LOW, dabt::WnR.mask()), kLowerSync) == "DABT_LOW write");
    CHECK(kind_of(esr(Ec::HVC64, 0), kLowerSync) == "HVC64");
    CHECK(kind_of(esr(Ec::HVC64, 0), kLowerSync + 1) == "IRQ");
    CHECK(kind_of(reg::ESR_EL2::EC.of(0x3f), kLowerSync) == "EC 0x3f");
}

TEST_CASE("a known hypercall is an operation of its own kind", "[operations]") {
    FakeRun fake;
    enter_guest(fake);
    vhe_hypercall(fake, 0xC600'0002);
    vhe_hypercall(fake, 0x8400'0000);
    const model::Run run = fake.run();
    CHECK(run.operations.kinds() == std::vector<std::string>{"hypercall console_putc", "hypercall (HVC, unhandled)"});
}

TEST_CASE("a trap that the trace ends in is unfinished", "[operations]") {
    FakeRun fake;
    play(fake, "vhe", 1);
    trap_from_guest(fake);
    const model::Run run = fake.run();
    CHECK(run.operations.all().size() == 1);
    CHECK(run.operations.unfinished() == 1);
}

TEST_CASE("an operation that ends in another vCPU is not counted as this one's", "[operations]") {
    FakeRun fake;
    enter_guest(fake);
    trap_from_guest(fake);
    fake.emit(trace::payload::eret{kGuestPc, kSpsrEl1, 2, 3});
    const model::Run run = fake.run();
    REQUIRE(run.operations.all().size() == 1);
    CHECK(!run.operations.all()[0].resumed);
    check_contains(run.operations.kind(run.operations.all()[0]), "then another vCPU");
}
