// SPDX-License-Identifier: Apache-2.0
// What the clock that all CPUs share cannot tell is told so, and is in no figure.
#include <nlohmann/json.hpp>

#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/explain/compared_paths.hpp"
#include "viewer/model/export/export.hpp"
#include "viewer/model/operations/exit_statistics.hpp"
#include "viewer/model/operations/idle.hpp"
#include "viewer/model/operations/operation_stops.hpp"
#include "viewer/model/operations/recorder_cost.hpp"
#include "viewer/model/operations/summary.hpp"

using namespace ws;
using namespace ws::test;
namespace payload = trace::payload;

namespace {

/// An operation of vCPU 2 on CPU 1.
void operation(FakeRun& run, u64 work) {
    leave(run, 2, 1);
    run.work(work);
    enter(run, 2, 1);
    run.work(10);
}

/// CPU 1's turn comes while CPU 0 records: what CPU 1 executes is taken for CPU 0's recorder.
template <class Turn>
void cut_recording(FakeRun& run, Turn turn) {
    run.emit(payload::mark{1, 1, 1}, 0);
    const u64 begin = run.clock();
    turn();
    run.spend(run.clock() - begin - FakeRun::kRecorderCost * 2, 0);
    run.emit(payload::mark{1, 1, 1}, 0);
}

/// Three operations on CPU 1, the second one in a turn that cuts a recording of CPU 0 in two.
void play_cut(FakeRun& run, u64 second) {
    enter(run, 1, 0);
    enter(run, 2, 1);
    run.work(10);
    operation(run, 100);
    cut_recording(run, [&] { operation(run, second); });
    operation(run, 300);
    run.emit(payload::mark{1, 1, 1}, 0);
}

}  // namespace

TEST_CASE("an operation in a turn that cuts another CPU's recording is not measurable", "[cut]") {
    FakeRun fake({.cpus = 2});
    play_cut(fake, 200);
    const model::Run run = fake.run();
    const auto& all = run.operations.all();
    REQUIRE(all.size() == 3);
    CHECK(model::summarize(run).cut == 1);
    CHECK(all[0].measurable);
    CHECK_FALSE(all[1].measurable);
    CHECK(all[1].net() < 200);  // what the clock says is wrong
    CHECK(all[2].measurable);
    CHECK(run.operations.not_measurable() == 1);
    CHECK_FALSE(model::measurable(run.trace, {all[1].begin, all[1].end}));
    CHECK_FALSE(model::measure_span(run.trace, {run.trace.net(0), all[2].end}).measurable);
    CHECK(model::measure_span(run.trace, {all[2].begin, all[2].end}).measurable);
    CHECK(model::words_of_time(run, 1, {all[1].begin, all[1].end}) == model::kNotMeasurable);
}

TEST_CASE("Perfetto is told of the operation that is not measurable", "[cut]") {
    FakeRun fake({.cpus = 2});
    play_cut(fake, 200);
    const model::Run run = fake.run();
    std::string text;
    model::export_perfetto(run, [&](const std::string& part) { text += part; });
    const auto json = nlohmann::json::parse(text);
    std::vector<bool> measured;
    for (const auto& slice : json.at("traceEvents")) {
        if (slice.value("cat", "") == "operation") {
            measured.push_back(slice.at("args").value("duration", "") != model::kNotMeasurable);
        }
    }
    CHECK(measured == std::vector<bool>{true, false, true});
}

TEST_CASE("what is not measurable is in no minimum, median, histogram, pair or cost", "[cut]") {
    FakeRun fake({.cpus = 2});
    play_cut(fake, 200);
    const model::Run run = fake.run();
    const auto& all = run.operations.all();
    const auto statistics = model::exit_statistics(run);
    REQUIRE(statistics.by_kind.size() == 1);
    const model::ExitFigures& figures = statistics.by_kind[0];
    CHECK(figures.count == 3);
    CHECK(figures.measured == 2);
    CHECK(figures.min == all[0].net());
    CHECK(figures.sum == all[0].net() + all[2].net());
    u64 in_histogram = 0;
    for (const u32 bucket : figures.histogram) in_histogram += bucket;
    CHECK(in_histogram == 2);

    FakeRun other_fake({.cpus = 2});
    enter(other_fake, 1, 0);
    enter(other_fake, 2, 1);
    for (const u64 work : {100, 200, 300}) operation(other_fake, work);
    const model::Run other = other_fake.run();
    CHECK(other.operations.not_measurable() == 0);
    const model::Comparison comparison = model::compare(run, other);
    CHECK(comparison.pairing.pairs.size() == 2);
    CHECK(comparison.pairing.not_measurable.size() == 1);
    CHECK(comparison.pairing.only_a.empty());
    CHECK(comparison.pairing.partner_of_a[1] == 1);
    const model::ComparisonRow& row = comparison.rows.at(0);
    CHECK(row.paired + row.not_measurable == row.a.count);
    CHECK(row.a.measured == 2);
    CHECK(row.a.net.min == all[0].net());
    CHECK(model::path_kinds(run, other, comparison).at(0).pairs.size() == 2);
    CHECK(model::OperationStops(run, &other, comparison).kind(0).stops.size() == 3);  // to look at it is there

    u64 cut = 0;
    for (const model::CostRow& cost : model::recorder_cost(run.trace)) {
        cut += cost.cut;
        CHECK(cost.instructions.max < 100);
    }
    CHECK(cut == 1);
}

TEST_CASE("a kind of which nothing is measurable has no figures", "[cut]") {
    FakeRun fake({.cpus = 2});
    enter(fake, 1, 0);
    enter(fake, 2, 1);
    cut_recording(fake, [&] { operation(fake, 200); });
    const model::Run run = fake.run();
    const auto statistics = model::exit_statistics(run);
    CHECK(statistics.by_kind.at(0).measured == 0);
    const model::Comparison comparison = model::compare(run, run);
    CHECK_FALSE(comparison.rows.at(0).both_measured());
    CHECK(comparison.rows.at(0).a.parts.empty());
    CHECK(comparison.pairing.pairs.empty());
}

TEST_CASE("a turn without an event is seen by what it adds to the recording", "[cut]") {
    FakeRun fake({.cpus = 2});
    enter(fake, 1, 0);
    enter(fake, 2, 1);
    leave(fake, 1, 0);
    fake.work(20);
    cut_recording(fake, [&] { fake.work(5000); });  // the guest on CPU 1
    enter(fake, 1, 0);
    leave(fake, 1, 0);
    enter(fake, 1, 0);
    const model::Run run = fake.run();
    REQUIRE(run.operations.all().size() == 2);
    CHECK_FALSE(run.operations.all()[0].measurable);
    CHECK(run.operations.all()[1].measurable);
}

TEST_CASE("turns that end between recordings cost no measurement", "[cut]") {
    for (const u32 cpus : {1U, 2U}) {
        FakeRun fake({.cpus = cpus});
        for (u32 cpu = 0; cpu < cpus; ++cpu) enter(fake, static_cast<trace::Owner>(cpu + 1), cpu);
        for (u32 i = 0; i < 50; ++i) {
            for (u32 cpu = 0; cpu < cpus; ++cpu) {
                leave(fake, static_cast<trace::Owner>(cpu + 1), cpu);
                fake.work(3000);
                enter(fake, static_cast<trace::Owner>(cpu + 1), cpu);
            }
        }
        const model::Run run = fake.run();
        CHECK(run.trace.cut_recordings().empty());
        CHECK(run.operations.not_measurable() == 0);
    }
}

TEST_CASE("an idle CPU executes nothing", "[idle]") {
    FakeRun fake({.cpus = 2});
    schedule(fake, 0, 1, 0);
    schedule(fake, 2, 0, 1);
    enter(fake, 1, 0);
    fake.work(70'000);
    leave(fake, 1, 0);
    schedule(fake, 1, 0, 0);
    fake.work(5000);  // nobody has anything to do: QEMU puts the clock forward
    schedule(fake, 0, 1, 0);
    enter(fake, 1, 0);
    schedule(fake, 0, 2, 1);
    const model::Run run = fake.run();
    const model::Stint& idle = run.timeline[1].stints.at(0);
    REQUIRE(idle.owner == trace::kHost);
    const model::TimeSpan span{idle.begin, idle.end};
    const model::CpuTime time = model::cpu_time(run, 1, span);
    CHECK(time.working == 0);
    CHECK(time.others >= 70'000);
    CHECK(time.others < 70'100);
    CHECK(time.nobody >= 5000);
    CHECK(time.nobody < 5100);
    CHECK(model::words_of_time(run, 1, span).find("idle while others executed 70,0") == 0);
    const std::string words = model::words_of_time(run, 0, span);
    INFO(words);
    CHECK(words.find(" instructions; idle: the clock was put forward by 5,0") != std::string::npos);
}
