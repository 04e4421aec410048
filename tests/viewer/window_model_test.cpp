// SPDX-License-Identifier: Apache-2.0
// The parts of the model that only the window asks for: segments of an operation, the lanes, the way through two runs.
#include "tests/unit/catch.hpp"
#include "tests/viewer/made_up_run.hpp"
#include "viewer/model/operations/operation_stops.hpp"
#include "viewer/model/operations/segments.hpp"
#include "viewer/model/trace/lane_index.hpp"

namespace ws::test {
namespace {

TEST_CASE("an operation is cut where a step begins or ends", "[segments]") {
    const TraceFolder folder("vhe");
    const model::Run run = folder.run([](SyntheticMachine& m) { operate(m); });
    REQUIRE(run.operations.all().size() == 1);
    const model::Operation& operation = run.operations.all()[0];
    const model::OperationEvents parts = model::take_apart(run, operation);
    REQUIRE(parts.segments.size() == 5);
    const auto is = [&](std::size_t i, u8 step, i64 length) {
        INFO("segment " << i);
        CHECK(parts.segments[i].step == step);
        CHECK(parts.segments[i].end - parts.segments[i].begin == length);
    };
    const i64 timer = static_cast<i64>(model::find_block(RegisterClass::timer)->registers);
    is(0, 0, kLead + 10);
    is(1, static_cast<u8>(Step::handle_exit), 6);
    is(2, static_cast<u8>(Step::save_timer), 8 + 3);
    is(3, static_cast<u8>(Step::handle_exit), 6);
    is(4, 0, timer + kTail);
    CHECK(parts.segments[2].moves.written() == 1);
    CHECK(parts.segments[4].moves.saved() == static_cast<u32>(timer));

    i64 end = 0;
    u64 sum = 0;
    for (const model::Segment& segment : parts.segments) {
        CHECK(segment.begin == end);
        CHECK(segment.world == model::World::el2);
        end = segment.end;
        sum += segment.net();
    }
    CHECK(sum == operation.net());
    CHECK(parts.moves.saved() == static_cast<u32>(timer));
    CHECK(parts.moves.written() == 1);
    // Each event lies in the segment that its time is in.
    CHECK(parts.segment_of(operation.first) == &parts.segments[0]);
    CHECK(parts.segment_of(operation.last) == &parts.segments[4]);
    CHECK(parts.segment_of(model::kNoEvent) == nullptr);
}

TEST_CASE("a lane tells what fills a stretch", "[lanes]") {
    model::LaneIndex lane;
    lane.add(10, 20, 0);
    lane.add(30, 40, 1);
    lane.add(40, 45, 2);
    CHECK(lane.filled(0, 100) == 25);
    CHECK(lane.filled(0, 10) == 0);
    CHECK(lane.filled(15, 35) == 10);
    CHECK(lane.filled(41, 43) == 2);
    CHECK(lane.first_after(0) == 0);
    CHECK(lane.first_after(20) == 1);
    CHECK(lane.first_after(45) == 3);
    CHECK(lane.first_from(21, 0) == 1);
    CHECK(lane.first_from(41, 0) == 3);
    CHECK(model::LaneIndex().filled(0, 10) == 0);
}

TEST_CASE("the lanes of a run hold its spans and steps", "[lanes]") {
    const TraceFolder folder("vhe");
    const model::Run run = folder.run([](SyntheticMachine& m) { operate(m), operate(m); });
    const auto lanes = model::make_lanes(run.timeline);
    REQUIRE(lanes.size() == 1);
    CHECK(lanes[0].spans[static_cast<std::size_t>(model::Lane::host)].size() == 0);
    CHECK(lanes[0].spans[static_cast<std::size_t>(model::Lane::el2)].size() >= 2);
    const auto& steps = lanes[0].phases[static_cast<std::size_t>(model::Lane::el2)];
    REQUIRE(steps.size() == 2);
    CHECK(steps[0].size() == 2);
    CHECK(steps[1].size() == 2);
}

TEST_CASE("two runs are walked through kind by kind", "[browse]") {
    const TraceFolder folder_a("split");
    const TraceFolder folder_b("vhe");
    const model::Run a = folder_a.run([](SyntheticMachine& m) { operate(m, kWfi), operate(m), operate(m); });
    const model::Run b =
        folder_b.run([](SyntheticMachine& m) { operate(m), operate(m), operate(m), operate(m, kWfi); });
    const model::Comparison comparison = model::compare(a, b);
    const model::OperationStops browse(a, &b, comparison);
    REQUIRE(browse.kinds() == comparison.rows.size());
    u32 seen_a = 0;
    u32 seen_b = 0;
    for (u32 kind = 0; kind < browse.kinds(); ++kind) {
        const auto& stops = browse.kind(kind).stops;
        REQUIRE(browse.kind(kind).typical < stops.size());
        for (u32 stop = 0; stop < stops.size(); ++stop) {
            const auto found = [&](int run, u32 operation) {
                const auto place = browse.find(run, operation);
                return place && place->kind == kind && place->stop == stop;
            };
            CHECK((stops[stop].a == model::kUnpaired || found(0, stops[stop].a)));
            seen_a += stops[stop].a != model::kUnpaired ? 1 : 0;
            CHECK((stops[stop].b == model::kUnpaired || found(1, stops[stop].b)));
            seen_b += stops[stop].b != model::kUnpaired ? 1 : 0;
        }
    }
    CHECK(seen_a == 3);
    CHECK(seen_b == 4);
    CHECK(comparison.rows[browse.first_kind()].paired == 2);
    CHECK(!browse.find(0, 99).has_value());
}

}  // namespace
}  // namespace ws::test
