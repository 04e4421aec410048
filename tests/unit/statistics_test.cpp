// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/operations/benchmark_marks.hpp"
#include "viewer/model/operations/recorder_cost.hpp"
#include "viewer/model/operations/summary.hpp"

using namespace ws;
using namespace ws::test;

namespace {

const model::CostRow& row(const std::vector<model::CostRow>& rows, std::string_view event) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.events == event; });
    INFO(event);
    REQUIRE(found != rows.end());
    return *found;
}

}  // namespace

TEST_CASE("a benchmark is what lies between its two marks", "[measure]") {
    FakeRun fake;
    enter_guest(fake);
    vhe_hypercall(fake, kUnhandled, 5000);  // before the benchmark
    mark(fake, 1, 1);
    for (int i = 0; i < 100; ++i) {
        split_hypercall(fake);
        fake.work(9);  // the guest's loop
    }
    mark(fake, 2, 1);
    vhe_hypercall(fake, kUnhandled, 5000);
    const model::Run run = fake.run();
    const auto measurements = model::measure(run);
    REQUIRE(measurements.size() == 1);
    const model::Measurement& m = measurements[0];
    CHECK(m.benchmark == "hypercall");
    CHECK(m.kind == "hypercall (HVC, unhandled)");
    CHECK(m.operations == 100);
    CHECK(m.net.min == m.net.max);
    // The guest runs 20 instructions after its entry, then its loop; the trap's lead is the trap's own.
    CHECK(m.net.median == m.figures.net.median + 20 + 9);
    CHECK(m.figures.traps == 2);
    CHECK(m.figures.control_writes == 2);
    CHECK(m.recorder > 0);
}

TEST_CASE("what interrupts a benchmark does not count as a period", "[measure]") {
    FakeRun fake;
    enter_guest(fake);
    mark(fake, 1, 1);
    for (int i = 0; i < 10; ++i) {
        vhe_hypercall(fake);
        if (i != 4) continue;
        fake.emit(trace::payload::trap{0, 0x1234, kSpsrEl1, 0, 0, kVcpu, kLowerSync + 1, 2});
        fake.work(100'000);
        enter_guest(fake);
    }
    mark(fake, 2, 1);
    const model::Run run = fake.run();
    const auto measurements = model::measure(run);
    REQUIRE(measurements.size() == 1);
    CHECK(measurements[0].operations == 10);
    CHECK(measurements[0].net.max < 1000);
}

TEST_CASE("marks that are alone or empty do not confuse", "[measure]") {
    FakeRun fake;
    enter_guest(fake);
    mark(fake, 2, 1);  // an end without a beginning
    mark(fake, 1, 99);
    mark(fake, 2, 99);  // nothing between
    mark(fake, 77, 1);
    mark(fake, 1, 1);  // a beginning without an end
    const model::Run run = fake.run();
    const auto measurements = model::measure(run);
    REQUIRE(measurements.size() == 1);
    CHECK(measurements[0].benchmark == "benchmark 99");
    CHECK(measurements[0].operations == 0);
}

TEST_CASE("the recorder's cost is what it spent until the next event", "[cost]") {
    FakeRun fake;
    play(fake, "split", 50);
    const model::Run run = fake.run();
    const auto rows = model::recorder_cost(run.trace);
    for (const model::CostRow& each : rows) {
        INFO(each.events);
        CHECK(each.instructions.min == FakeRun::kRecorderCost);
        CHECK(each.instructions.max == FakeRun::kRecorderCost);
        CHECK(!each.exceeds());
    }
    CHECK(row(rows, "registers_el1").allowance == 2 * model::find_block(RegisterClass::el1)->registers + 30);
    CHECK(row(rows, "trap").allowance == 30);
    CHECK(row(rows, "(new packet)").count >= 1);
    CHECK(row(rows, "(new packet)").allowance == 0);
}

TEST_CASE("a recorder that costs too much is told", "[cost]") {
    FakeRun fake;
    enter_guest(fake);
    trap_from_guest(fake);
    fake.spend(100);
    enter_guest(fake);
    trap_from_guest(fake);
    const model::Run run = fake.run();
    CHECK(row(model::recorder_cost(run.trace), "trap").exceeds());
    CHECK(!row(model::recorder_cost(run.trace), "eret").exceeds());
}

TEST_CASE("events that are written in one go share their cost and their allowances", "[cost]") {
    FakeRun fake;
    enter_guest(fake);
    fake.begin_window();
    trap_from_guest(fake);
    fake.block(RegisterClass::callee_saved, trace::Operation::save, trace::kHost, 1);
    fake.end_window();
    enter_guest(fake);
    const model::Run run = fake.run();
    const auto rows = model::recorder_cost(run.trace);
    const model::CostRow& together = row(rows, "trap + registers_callee_saved");
    CHECK(together.registers == 12);
    CHECK(together.allowance == 2 * 30 + 2 * 12);
    CHECK(together.instructions.max == 2 * FakeRun::kRecorderCost);
    CHECK(together.count == 1);
}

TEST_CASE("a summary counts events, traps and operations", "[summary]") {
    FakeRun fake;
    play(fake, "split", 5);
    const model::Run run = fake.run();
    const model::Summary summary = model::summarize(run);
    CHECK(summary.events == run.trace.events().size());
    u64 sum = 0;
    for (const auto& [kind, count] : summary.by_kind) sum += count;
    CHECK(sum == summary.events);
    CHECK(summary.traps == model::Counts{{"HVC64", 5}, {"HVC64 of the host", 5}});
    CHECK(summary.operations == model::Counts{{"hypercall (HVC, unhandled)", 5}});
    CHECK(summary.raw > summary.net);
    CHECK(summary.recorder > 0);
}

TEST_CASE("an empty trace has empty figures", "[summary]") {
    FakeRun fake;
    const model::Run run = fake.run();
    CHECK(run.trace.events().empty());
    CHECK(model::summarize(run).events == 0);
    CHECK(model::measure(run).empty());
    CHECK(model::recorder_cost(run.trace).empty());
    CHECK(model::compare(run, run).rows.empty());
}
