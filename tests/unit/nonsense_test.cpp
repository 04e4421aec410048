// SPDX-License-Identifier: Apache-2.0
// Traces that are whole but make no sense: any event after any other, with any bytes in it. Everything that is derived
// from a trace must come to an end, without a crash or undefined behaviour (the sanitizers watch).
#include <random>

#include "tests/unit/catch.hpp"
#include "tests/unit/stories.hpp"
#include "viewer/model/laws/laws.hpp"
#include "viewer/model/operations/benchmark_marks.hpp"
#include "viewer/model/operations/recorder_cost.hpp"
#include "viewer/model/operations/summary.hpp"
#include "viewer/model/trace/describe.hpp"

using namespace ws;
using namespace ws::test;

namespace {

class Nonsense {
  public:
    explicit Nonsense(unsigned seed) : random_(seed) {}

    void play(FakeRun& run, u32 cpus, int events) {
        for (int i = 0; i < events; ++i) {
            const auto& infos = model::event_infos();
            const model::EventInfo& info = infos[random_() % infos.size()];
            std::vector<u8> payload(info.bytes);
            // Small numbers often make sense, so that the deeper paths are reached as well.
            const bool small = random_() % 2 == 0;
            for (u8& byte : payload) byte = static_cast<u8>(small ? random_() % 3 : random_());
            run.emit_bytes(info.id, payload.data(), payload.size(), static_cast<u32>(random_() % cpus));
            if (random_() % 4 == 0) run.work(random_() >> random_() % 64 >> 24);
            if (random_() % 64 == 0) run.spend(random_() % 1'000'000, static_cast<u32>(random_() % cpus));
        }
    }

  private:
    std::mt19937_64 random_;
};

void use_everything(const model::Run& run) {
    for (const model::Event& event : run.trace.events()) {
        CHECK(model::describe(run.trace, event).size() == event.info().fields.size());
        static_cast<void>(model::one_line(run.trace, event));
    }
    for (model::EventIndex i = 0; i < run.trace.events().size(); ++i) run.operations.at(run.trace, i);
    static_cast<void>(model::check(run.trace));
    static_cast<void>(model::summarize(run));
    static_cast<void>(model::measure(run));
    static_cast<void>(model::recorder_cost(run.trace));
    for (const model::CpuTimeline& cpu : run.timeline) {
        for (const model::Span& span : cpu.spans) CHECK(span.end >= span.begin);
        for (const model::Phase& phase : cpu.phases) CHECK(phase.end >= phase.begin);
    }
}

}  // namespace

TEST_CASE("traces that make no sense are read, shown and compared without a crash", "[nonsense]") {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        INFO("seed " << seed);
        const u32 cpus = seed % 3 + 1;
        FakeRun first({.cpus = cpus, .packets = 4});
        FakeRun second({.design = "vhe", .cpus = cpus, .packets = 2});
        Nonsense(seed).play(first, cpus, 400);
        Nonsense(seed + 1000).play(second, cpus, 900);  // more than fits: with gaps
        first.capture();
        second.capture();
        const model::Run a = model::Run::load(first.folder());
        const model::Run b = model::Run::load(second.folder());
        use_everything(a);
        use_everything(b);
        const model::Comparison comparison = model::compare(a, b);
        CHECK(comparison.pairing.pairs.size() + comparison.pairing.only_a.size() == a.operations.all().size());
        CHECK(comparison.pairing.pairs.size() + comparison.pairing.only_b.size() == b.operations.all().size());
    }
}

TEST_CASE("a time beyond any run is refused", "[nonsense]") {
    FakeRun run;
    run.work(u64{1} << 62);
    enter_guest(run);
    const model::CaptureResult result = run.capture();
    REQUIRE(result.problems.size() == 1);
    check_contains(result.problems[0], "beyond any run");
}
