// SPDX-License-Identifier: Apache-2.0
// What the recorder writes is what the reader tells: times, clocks, fields, the order of several CPUs.
#include <fstream>

#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/format/metadata.hpp"

using namespace ws;
using namespace ws::test;
using model::Event;
using trace::EventId;
namespace payload = trace::payload;

namespace {

std::string problem_with(const std::filesystem::path& folder) {
    try {
        model::Trace::load(folder);
    } catch (const model::TraceError& error) {
        return error.what();
    }
    return {};
}

void write(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("events come back with their fields", "[reader]") {
    FakeRun run;
    run.emit(payload::trap{kHvcEsr, kGuestPc, kSpsrEl1, 0x1234, 0x5678, kVcpu, kLowerSync, 2});
    run.emit(payload::hypercall{kUnhandled, 7, ~u64{0}, kVcpu});
    run.block(RegisterClass::el1, trace::Operation::save, kVcpu, 1000);
    const model::Trace trace = run.trace();
    REQUIRE(trace.events().size() == 3);
    const auto trap = trace.as<payload::trap>(trace.event(0));
    CHECK(trace.event(0).is(EventId::trap));
    CHECK(u64{trap.ESR_EL2} == kHvcEsr);
    CHECK(u64{trap.ELR_EL2} == kGuestPc);
    CHECK(u64{trap.HPFAR_EL2} == 0x5678);
    CHECK(u64{trace.as<payload::hypercall>(trace.event(1)).argument} == 7);
    CHECK(model::block_class(trace.event(2)) == RegisterClass::el1);
    CHECK(trace.block(trace.event(2)).owner == kVcpu);
}

TEST_CASE("the run's folder and the trace's folder are both taken", "[reader]") {
    FakeRun run;
    play(run, "split", 3);
    run.capture();
    CHECK(model::Trace::load(run.folder()).events().size() ==
          model::Trace::load(run.folder() / "trace").events().size());
}

TEST_CASE("env tells of the run", "[reader]") {
    FakeRun run({.design = "vhe", .level = trace::Level::traps});
    enter_guest(run);
    const model::Trace trace = run.trace();
    CHECK(trace.design() == "vhe");
    CHECK(trace.env("trace_level") == "traps");
    CHECK(trace.env("cpus") == "1");
    CHECK(trace.env("machine") == "a \"quoted\" \\ word");
    CHECK(trace.layout() == Layout::e2h1);
    CHECK(trace.complete());
}

TEST_CASE("times are whole wherever the short clock wraps", "[reader]") {
    static constexpr u64 kWrap = u64{1} << trace::kTimeBits;
    for (const u64 step : {kWrap - 1, kWrap, kWrap + 1, kWrap / 2, 3 * kWrap + 5, 40 * kWrap}) {
        INFO("events are " << step << " instructions apart");
        FakeRun run;
        std::vector<u64> times;
        for (int i = 0; i < 20; ++i) {
            times.push_back(run.clock());
            enter_guest(run);
            run.work(step);
        }
        const model::Trace trace = run.trace();
        REQUIRE(trace.events().size() == times.size());
        for (u32 i = 0; i < times.size(); ++i) CHECK(trace.raw(i) == times[i]);
    }
}

TEST_CASE("an epoch event brings the clock forward for the compact ones after it", "[reader]") {
    FakeRun run;
    enter_guest(run);
    run.work(u64{5} << trace::kTimeBits);
    run.emit_bytes(static_cast<u32>(EventId::clock_epoch), nullptr, 0, 0);
    const u64 time = run.clock();
    enter_guest(run);
    const model::Trace trace = run.trace();
    REQUIRE(trace.events().size() == 3);
    CHECK(trace.event(1).is(EventId::clock_epoch));
    CHECK(trace.raw(2) == time);
}

TEST_CASE("net is raw less the recorder, at the vector for a trap and after ERET for an eret", "[reader]") {
    FakeRun run;
    const u64 start = run.clock();
    run.emit(payload::mark{1, 1, kVcpu});
    run.work(100);
    run.emit(payload::trap{kHvcEsr, kGuestPc, kSpsrEl1, 0, 0, kVcpu, kLowerSync, 7});
    run.work(50);
    run.emit(payload::eret{kGuestPc, kSpsrEl1, kVcpu, 9});
    const model::Trace trace = run.trace();
    const i64 begin = static_cast<i64>(start);
    CHECK(trace.event(0).net == begin);
    CHECK(trace.event(1).net == begin + 100 - 7);
    CHECK(trace.event(2).net == begin + 150 + 9);
    CHECK(trace.recorder_spent(2) == 2 * FakeRun::kRecorderCost);
}

TEST_CASE("the recorder's count is whole beyond 32 bits", "[reader]") {
    FakeRun run;
    for (int i = 0; i < 12; ++i) {
        enter_guest(run);
        run.spend(0x7000'0000);
        // Each packet tells all 64 bits again; within one, the event's 32 bits are carried on.
        if (i % 5 == 4) run.close();
    }
    const model::Trace trace = run.trace();
    REQUIRE(trace.events().size() == 12);
    for (u64 i = 0; i < 12; ++i) {
        INFO("event " << i);
        CHECK(trace.recorder_spent(static_cast<u32>(i)) == i * (0x7000'0000 + FakeRun::kRecorderCost));
    }
}

TEST_CASE("several CPUs' events come in the order of time", "[reader]") {
    FakeRun run({.cpus = 3});
    for (u32 i = 0; i < 300; ++i) enter_guest(run, kGuestPc + i, i * 7 % 3);
    const model::Trace trace = run.trace();
    REQUIRE(trace.events().size() == 300);
    for (u32 i = 0; i < 300; ++i) {
        CHECK(u64{trace.as<payload::eret>(trace.event(i)).ELR_EL2} == kGuestPc + i);
        CHECK(trace.event(i).cpu() == i * 7 % 3);
    }
    CHECK(trace.events_of(1).size() == 100);
}

TEST_CASE("a CPU without events has no stream", "[reader]") {
    FakeRun run({.cpus = 2});
    enter_guest(run);
    const model::Trace trace = run.trace();
    CHECK(trace.cpus() == 2);
    CHECK(trace.events_of(1).empty());
    CHECK(!std::filesystem::exists(run.folder() / "trace" / "stream_1"));
}

TEST_CASE("what is no trace gets one clear line", "[reader]") {
    const TemporaryFolder folder;
    const auto& path = folder.path();
    check_contains(problem_with(path / "nothing"), "no such folder");
    check_contains(problem_with(path), "holds no trace");
    write(path / "notes.txt", "hello\n");
    check_contains(problem_with(path / "notes.txt"), "is not a folder");
    check_contains(problem_with(path), "holds no trace");
    write(path / "metadata", "hello\n");
    check_contains(problem_with(path), "no CTF 1.8 metadata");
    write(path / "metadata", "/* CTF 1.8 */\n\ntrace { major = 1; minor = 8; byte_order = le; };\n");
    check_contains(problem_with(path), "did not write");
    std::filesystem::remove(path / "metadata");
    std::filesystem::create_directory(path / "metadata");
    check_contains(problem_with(path), "no regular file");
    for (const char* name : {"", "notes.txt", "nothing"}) {
        const std::string line = problem_with(path / name);
        CHECK(line.find('\n') == std::string::npos);
        check_contains(line, path.string());
    }
}

TEST_CASE("progress goes up to one", "[reader]") {
    FakeRun run;
    play(run, "split", 300);
    run.capture();
    std::vector<double> seen;
    model::Trace::load(run.folder(), [&seen](double done) {
        seen.push_back(done);
        return true;
    });
    REQUIRE(seen.size() > 1);
    CHECK(std::is_sorted(seen.begin(), seen.end()));
    CHECK(seen.back() == 1.0);
}
