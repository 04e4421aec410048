// SPDX-License-Identifier: Apache-2.0
// Each law holds in a sound trace and is seen to be broken where it is.
#include <algorithm>
#include <string_view>

#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/laws/laws.hpp"

using namespace ws;
using namespace ws::test;
using trace::Operation;
using trace::Step;
namespace payload = trace::payload;

namespace {

const model::LawReport& law(const model::CheckReport& report, std::string_view name) {
    const auto found =
        std::find_if(report.laws.begin(), report.laws.end(), [&](const auto& l) { return l.law == name; });
    REQUIRE(found != report.laws.end());
    return *found;
}

/// Only this law is broken, as often as told.
void demand_broken(FakeRun& run, const std::string& name, u64 offences, const std::string& words) {
    const model::CheckReport report = model::check(run.trace());
    for (const model::LawReport& each : report.laws) {
        INFO(each.law << ": " << each.first_offence);
        CHECK(each.offences == (each.law == name ? offences : 0));
    }
    check_contains(law(report, name).first_offence, words);
    CHECK(law(report, name).first_event != model::kNoEvent);
    CHECK(!report.holds());
}

}  // namespace

TEST_CASE("all laws hold in a sound trace, and all were tested", "[laws]") {
    FakeRun run;
    play(run, "split", 20);
    mark(run, 1, 1);
    meet_the_machine(run);
    const model::CheckReport report = model::check(run.trace());
    for (const model::LawReport& each : report.laws) {
        INFO(each.law << ": " << each.first_offence);
        CHECK(each.offences == 0);
        CHECK(each.checked != 0);
    }
    CHECK(report.holds());
    CHECK(report.warnings.empty());
}

TEST_CASE("a trap without its eret", "[laws]") {
    FakeRun run;
    enter_guest(run);
    trap_from_guest(run);
    trap_from_guest(run);
    enter_guest(run);
    demand_broken(run, "traps_and_erets_alternate", 1, "has not returned");
}

TEST_CASE("an eret without a trap", "[laws]") {
    FakeRun run;
    play(run, "split", 1);
    enter_guest(run);
    demand_broken(run, "traps_and_erets_alternate", 1, "without a trap");
}

TEST_CASE("a trap from EL2 itself nests", "[laws]") {
    FakeRun run;
    enter_guest(run);
    trap_from_guest(run);
    run.emit(payload::trap{0, 0x7f00'0000, 0x3c9, 0, 0, trace::kHost, 5, 1});
    run.work(10);
    run.emit(payload::eret{0x7f00'0000, 0x3c9, trace::kHost, 1});
    run.work(10);
    enter_guest(run);
    CHECK(model::check(run.trace()).holds());
}

TEST_CASE("a run may end in a trap", "[laws]") {
    FakeRun run;
    play(run, "split", 1);
    trap_from_guest(run);
    CHECK(model::check(run.trace()).holds());
}

TEST_CASE("somebody traps who was not entered", "[laws]") {
    FakeRun run;
    run.emit(payload::eret{kGuestPc, kSpsrEl1, 2, 3});
    run.work(10);
    trap_from_guest(run);
    demand_broken(run, "entered_is_who_traps", 1, "vCPU 0 traps, but vCPU 1 was entered");
}

TEST_CASE("phases that cross", "[laws]") {
    FakeRun run;
    enter_guest(run);
    trap_from_guest(run);
    run.emit(payload::phase_begin{Step::save_el1});
    run.emit(payload::phase_begin{Step::save_fp});
    run.emit(payload::phase_end{Step::save_el1});
    demand_broken(run, "phases_nest", 1, "save_el1 ends while save_fp is open");
}

TEST_CASE("a phase that ends without having begun", "[laws]") {
    FakeRun run;
    enter_guest(run);
    trap_from_guest(run);
    run.emit(payload::phase_end{Step::save_el1});
    demand_broken(run, "phases_nest", 1, "no phase is open");
}

TEST_CASE("net time that runs back", "[laws]") {
    FakeRun run;
    enter_guest(run);
    run.emit(payload::trap{kHvcEsr, kGuestPc, kSpsrEl1, 0, 0, kVcpu, kLowerSync, 250});
    demand_broken(run, "time_runs_forward", 1, "net from");
}

TEST_CASE("registers that come back changed", "[laws]") {
    FakeRun run;
    enter_guest(run);
    trap_from_guest(run);
    run.block(RegisterClass::fp, Operation::save, kVcpu, 10);
    run.block(RegisterClass::fp, Operation::restore, kVcpu, 11);
    demand_broken(run, "saved_is_restored", 1, "V0 of vCPU 0 is restored as");
}

TEST_CASE("the host's registers that come back changed", "[laws]") {
    FakeRun run;
    run.block(RegisterClass::el1, Operation::save, trace::kHost, 10);
    run.block(RegisterClass::el1, Operation::save, kVcpu, 20);
    run.block(RegisterClass::el1, Operation::restore, trace::kHost, 20);
    demand_broken(run, "saved_is_restored", 1, "SCTLR_EL1 of host");
}

TEST_CASE("an injection may change EL1 state, of its guest alone and until it is saved again", "[laws]") {
    FakeRun run;
    run.block(RegisterClass::el1, Operation::save, kVcpu, 10);
    run.block(RegisterClass::el1, Operation::save, 2, 10);
    run.emit(payload::inject{0, 0, kVcpu, trace::Injection::undefined_instruction});
    run.block(RegisterClass::el1, Operation::restore, kVcpu, 99);
    SECTION("it may") { CHECK(model::check(run.trace()).holds()); }
    SECTION("the other guest's may not") {
        run.block(RegisterClass::el1, Operation::restore, 2, 99);
        demand_broken(run, "saved_is_restored", 1, "of vCPU 1");
    }
    SECTION("after the next save it may not") {
        run.block(RegisterClass::el1, Operation::save, kVcpu, 50);
        run.block(RegisterClass::el1, Operation::restore, kVcpu, 99);
        demand_broken(run, "saved_is_restored", 1, "of vCPU 0");
    }
}

TEST_CASE("a trapped write of a debug register may change the debug classes, until they are saved again", "[laws]") {
    constexpr u64 kDebugRegister = 0x18ULL << 26 | 1 << 25 | 2 << 20;  // EC, IL, Op0
    constexpr u64 kRead = 1;
    constexpr u8 kLowerIrq = 9;
    FakeRun run;
    const auto trap = [&](u64 esr) { run.emit(payload::trap{esr, kGuestPc, kSpsrEl1, 0, 0, kVcpu, kLowerSync, 0}); };
    const auto debug = [&](Operation operation, u64 value) {
        run.block(RegisterClass::debug, operation, kVcpu, value);
    };
    const auto broken = [&] { return law(model::check(run.trace()), "saved_is_restored").offences; };
    enter_guest(run);
    SECTION("a write") {
        trap(kDebugRegister);
        debug(Operation::save, 10);
        debug(Operation::restore, 99);
        CHECK(broken() == 0);
    }
    SECTION("a write while the registers of an earlier trap are saved") {
        debug(Operation::save, 10);
        trap(kDebugRegister);
        debug(Operation::restore, 99);
        CHECK(broken() == 0);
    }
    SECTION("a read") {
        trap(kDebugRegister | kRead);
        debug(Operation::save, 10);
        debug(Operation::restore, 99);
        CHECK(broken() == 1);
    }
    SECTION("an interrupt over what an earlier write has left in the syndrome") {
        run.emit(payload::trap{kDebugRegister, kGuestPc, kSpsrEl1, 0, 0, kVcpu, kLowerIrq, 0});
        debug(Operation::save, 10);
        debug(Operation::restore, 99);
        CHECK(broken() == 1);
    }
    SECTION("another class") {
        trap(kDebugRegister);
        run.block(RegisterClass::fp, Operation::save, kVcpu, 10);
        run.block(RegisterClass::fp, Operation::restore, kVcpu, 11);
        CHECK(broken() == 1);
    }
    SECTION("after another trap") {
        trap(kDebugRegister);
        trap(kHvcEsr);
        debug(Operation::save, 10);
        debug(Operation::restore, 99);
        CHECK(broken() == 1);
    }
}

TEST_CASE("a control register that changes behind the trace's back", "[laws]") {
    FakeRun run;
    run.emit(payload::control_write{1, 2, SysregId::HCR_EL2, kVcpu});
    run.emit(payload::control_write{7, 8, SysregId::CPTR_EL2, kVcpu});
    run.emit(payload::control_write{3, 4, SysregId::HCR_EL2, kVcpu});
    demand_broken(run, "control_writes_chain", 1, "HCR_EL2 is 0x0000000000000003");
}

TEST_CASE("a list register that is restored by itself is written as well", "[laws]") {
    FakeRun run;
    run.emit(payload::control_write{1, 0, SysregId::ICH_LR0_EL2, trace::kHost});
    run.emit(payload::register_move{7, SysregId::ICH_LR0_EL2, trace::Operation::restore, kVcpu});
    run.emit(payload::control_write{7, 0, SysregId::ICH_LR0_EL2, trace::kHost});
    run.emit(payload::control_write{7, 0, SysregId::ICH_LR0_EL2, trace::kHost});
    demand_broken(run, "control_writes_chain", 1, "ICH_LR0_EL2 is 0x0000000000000007");
}

TEST_CASE("a hypercall out of nowhere", "[laws]") {
    FakeRun run;
    play(run, "vhe", 1);
    SECTION("while the guest runs") {
        run.emit(payload::hypercall{1, 2, 3, kVcpu});
        demand_broken(run, "hypercalls_are_in_traps", 1, "no guest has trapped");
    }
    SECTION("of another guest") {
        trap_from_guest(run);
        run.emit(payload::hypercall{1, 2, 3, 2});
        demand_broken(run, "hypercalls_are_in_traps", 1, "the last trap is of vCPU 0");
    }
    SECTION("after an abort") {
        trap_from_guest(run, 0x9200'0000);
        run.emit(payload::mark{1, 2, kVcpu});
        demand_broken(run, "hypercalls_are_in_traps", 1, "by DABT_LOW");
    }
}

TEST_CASE("a number without a name", "[laws]") {
    FakeRun run;
    enter_guest(run);
    trap_from_guest(run);
    SECTION("a step") { run.emit(payload::phase_begin{static_cast<Step>(200)}); }
    SECTION("a register") { run.emit(payload::control_write{0, 0, static_cast<SysregId>(kSysregCount), 0}); }
    SECTION("an operation") { run.block(RegisterClass::general, static_cast<Operation>(2), kVcpu, 0); }
    SECTION("an injection") { run.emit(payload::inject{0, 0, kVcpu, static_cast<trace::Injection>(9)}); }
    demand_broken(run, "numbers_have_names", 1, "unknown number");
}

TEST_CASE("after dropped events laws on neighbours start anew", "[laws]") {
    FakeRun run({.packets = 2});
    const auto fill_up = [&run] {
        enter_guest(run);
        while (run.ring().events_discarded < 500) split_hypercall(run);
        // What follows was in the middle of something when the ring had room again.
    };
    const auto go_on = [&run] {
        run.emit(payload::phase_end{Step::save_fp});
        run.block(RegisterClass::el1, Operation::restore, kVcpu, 777);
        run.emit(payload::control_write{555, 667, SysregId::HCR_EL2, kVcpu});
        enter_guest(run);
        split_hypercall(run);
    };
    run.capture({fill_up, go_on});
    const model::CheckReport report = model::check(model::Trace::load(run.folder()));
    for (const model::LawReport& each : report.laws) {
        // The one law that looks back on HCR_EL2 sees the story's own jump from 667.
        if (each.law == "control_writes_chain") continue;
        INFO(each.law << ": " << each.first_offence);
        CHECK(each.offences == 0);
    }
    CHECK(law(report, "control_writes_chain").offences == 1);
    CHECK(report.events_discarded >= 500);
    REQUIRE(report.warnings.size() == 1);
    check_contains(report.warnings[0], "were dropped");
}
