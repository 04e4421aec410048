// SPDX-License-Identifier: Apache-2.0
// The capture gets out of a ring what the recorder put in, and survives a ring that is broken or hostile.
#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <fstream>

#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/laws/laws.hpp"

using namespace ws;
using namespace ws::test;

namespace fs = std::filesystem;

namespace {

/// Fills a bit more than `packets` packets.
void fill_packets(FakeRun& run, u64 packets, u32 cpu = 0) {
    const u64 target = run.ring(cpu).produced + packets;
    while (run.ring(cpu).produced < target) enter_guest(run, kGuestPc, cpu);
}

std::string only_problem(const model::CaptureResult& result) {
    REQUIRE(result.problems.size() == 1);
    return result.problems.front();
}

std::string error_of(FakeRun& run) {
    try {
        run.capture();
    } catch (const model::TraceError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("the verdict is the run page's", "[capture]") {
    FakeRun run({.design = "vhe"});
    enter_guest(run);
    run.page().verdict = trace::Verdict::guest_crash;
    run.page().status = 42;
    std::strcpy(run.page().message, "fetched from nowhere\n\x80");
    const model::CaptureResult result = run.capture();
    CHECK(result.verdict == "guest_crash");
    CHECK(result.status == 42);
    CHECK(result.message == "fetched from nowhere??");
    CHECK(result.design == "vhe");
    CHECK(result.level == "full");
    CHECK(result.packets == 1);
    CHECK(result.problems.empty());
}

TEST_CASE("a run at level off leaves no folder, but its verdict", "[capture]") {
    FakeRun run({.level = trace::Level::off});
    run.page().verdict = trace::Verdict::guest_exit;
    const model::CaptureResult result = run.capture();
    CHECK(result.verdict == "guest_exit");
    CHECK(result.level == "off");
    CHECK(!fs::exists(run.folder() / "trace"));
}

TEST_CASE("without a run page the verdict is none", "[capture]") {
    FakeRun run;
    run.page().magic = 0;
    CHECK(run.capture().verdict == "none");
    fs::remove(run.ram());
    CHECK(run.capture().verdict == "none");
    std::ofstream(run.ram()) << "short";
    CHECK(run.capture().verdict == "none");
    CHECK(!fs::exists(run.folder() / "trace"));
}

TEST_CASE("packets that are taken live make room in the ring", "[capture]") {
    FakeRun run({.packets = 2});
    std::vector<std::function<void()>> steps;
    for (int i = 0; i < 20; ++i) steps.push_back([&run] { fill_packets(run, 1); });
    const model::CaptureResult result = run.capture(steps);
    CHECK(result.packets == 21);  // the open one too
    CHECK(result.events_discarded == 0);
    const model::Trace trace = model::Trace::load(run.folder());
    CHECK(trace.discarded() == 0);
    CHECK(trace.packets().size() == 21);
    CHECK(model::check(trace).holds() == false);  // erets only: the story is not sound, but the trace is whole
}

TEST_CASE("what does not fit is counted and said, at the place where it is missing", "[capture]") {
    FakeRun run({.packets = 2});
    const auto fill_up = [&run] {
        while (run.ring().produced < run.ring().consumed + run.ring().packets) enter_guest(run);
        for (int i = 0; i < 100; ++i) enter_guest(run);
    };
    const auto go_on = [&run] { enter_guest(run, 0x1234); };
    const model::CaptureResult result = run.capture({fill_up, go_on});
    const model::Trace trace = model::Trace::load(run.folder());
    // One of the events that fill_up thought it wrote was the first that did not fit.
    CHECK(result.events_discarded == run.ring().events_discarded);
    CHECK(trace.discarded() == result.events_discarded);
    REQUIRE(trace.gaps().size() == 1);
    REQUIRE(trace.gaps()[0].before != model::kNoEvent);
    CHECK(u64{trace.as<trace::payload::eret>(trace.event(trace.gaps()[0].before)).ELR_EL2} == 0x1234);
    CHECK(trace.after_gap(trace.gaps()[0].before));
    CHECK(model::check(trace).warnings.size() == 1);
}

TEST_CASE("drops at the very end are told by a packet without events", "[capture]") {
    FakeRun run({.packets = 2});
    while (run.ring().produced < 2) enter_guest(run);
    for (int i = 0; i < 100; ++i) enter_guest(run);
    const model::CaptureResult result = run.capture();
    CHECK(result.events_discarded > 100);
    CHECK(result.packets == 3);
    const model::Trace trace = model::Trace::load(run.folder());
    CHECK(trace.discarded() == result.events_discarded);
    REQUIRE(trace.gaps().size() == 1);
    CHECK(trace.gaps()[0].before == model::kNoEvent);
}

TEST_CASE("two captures of the same run are equal byte for byte", "[capture]") {
    FakeRun run({.cpus = 2});
    play(run, "split", 500);
    fill_packets(run, 2, 1);
    const auto bytes_of = [](const fs::path& path) {
        std::ifstream file(path, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    run.capture();
    fs::rename(run.folder() / "trace", run.folder() / "first");
    run.capture();
    for (const char* name : {"metadata", "stream_0", "stream_1"}) {
        INFO(name);
        CHECK(!bytes_of(run.folder() / "first" / name).empty());
        CHECK(bytes_of(run.folder() / "first" / name) == bytes_of(run.folder() / "trace" / name));
    }
}

TEST_CASE("a folder with a trace is not written over", "[capture]") {
    FakeRun run;
    enter_guest(run);
    run.capture();
    check_contains(error_of(run), "is not empty");
}

TEST_CASE("a run page that cannot be is refused", "[capture]") {
    FakeRun run;
    SECTION("another format") {
        run.page().format_version = 99;
        check_contains(error_of(run), "trace format 99");
    }
    SECTION("an unknown level") {
        run.page().level = 3;
        check_contains(error_of(run), "trace level 3");
    }
    SECTION("too many CPUs") {
        run.page().cpus = 9;
        check_contains(error_of(run), "9 CPUs");
    }
    SECTION("no CPU") {
        run.page().cpus = 0;
        check_contains(error_of(run), "0 CPUs");
    }
}

TEST_CASE("ring counters that cannot be end that CPU's trace, with a word and without a crash", "[capture]") {
    FakeRun run({.cpus = 2});
    enter_guest(run, kGuestPc, 0);
    run.close(0);
    enter_guest(run, kGuestPc, 1);
    trace::RingControl& ring = run.ring(0);
    SECTION("more produced than there are packets") { ring.produced = ring.packets + 1; }
    SECTION("produced by far too many") { ring.produced = ~u64{0}; }
    SECTION("a ring beyond the file") { ring.first_packet = u64{1} << 40; }
    SECTION("a ring that ends beyond the file") { ring.first_packet += trace::kPacketBytes * 70; }
    SECTION("a ring that wraps") { ring.first_packet = ~u64{0} - 100; }
    SECTION("a ring of too many packets") { ring.packets = u64{1} << 50; }
    SECTION("a ring of packets whose bytes wrap") { ring.packets = u64{1} << 48; }
    SECTION("no packets") { ring.packets = 0; }
    SECTION("an open packet longer than a packet") { ring.open_bytes = trace::kPacketBytes + 8; }
    SECTION("an open packet shorter than its header") { ring.open_bytes = 8; }
    SECTION("an open packet of absurd length") { ring.open_bytes = ~u64{0}; }
    SECTION("an open packet that nobody opened") { ring.open_bytes = 200; }
    const model::CaptureResult result = run.capture();
    check_contains(only_problem(result), "ring of CPU 0");
    const model::Trace trace = model::Trace::load(run.folder());
    CHECK(trace.events_of(1).size() == 1);
}

TEST_CASE("garbage in a ring's packets ends that CPU's trace", "[capture]") {
    FakeRun run;
    play(run, "split", 400);
    REQUIRE(run.ring().produced > 3);
    std::fstream ram(run.ram(), std::ios::in | std::ios::out | std::ios::binary);
    const u64 second = FakeRun::kOffset + run.ring().first_packet + trace::kPacketBytes;
    SECTION("in its events") {
        ram.seekp(static_cast<std::streamoff>(second + 5000));
        ram << std::string(3000, '\xff');
    }
    SECTION("in its header") {
        ram.seekp(static_cast<std::streamoff>(second));
        ram << std::string(88, '\xff');
    }
    SECTION("zeros all over") {
        ram.seekp(static_cast<std::streamoff>(second));
        ram << std::string(trace::kPacketBytes, '\0');
    }
    ram.close();
    const model::CaptureResult result = run.capture();
    check_contains(only_problem(result), "packet 1");
    CHECK(result.packets == 1);
    CHECK(model::Trace::load(run.folder()).packets().size() == 1);
}

TEST_CASE("a verdict that does not exist is told", "[capture]") {
    FakeRun run;
    enter_guest(run);
    run.page().verdict = static_cast<trace::Verdict>(77);
    check_contains(only_problem(run.capture()), "verdict 77");
}

TEST_CASE("a full disk leaves whole packets and a word", "[capture]") {
    FakeRun run;
    play(run, "split", 400);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit small{100'000, before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const std::string error = error_of(run);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, handler);
    check_contains(error, "stream_0: cannot be written");
    check_contains(error, "1 packets");
    const model::Trace trace = model::Trace::load(run.folder());
    CHECK(trace.packets().size() == 1);
    CHECK(!trace.complete());
    check_contains(model::check(trace).warnings.at(0), "did not end");
}
