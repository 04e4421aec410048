// SPDX-License-Identifier: Apache-2.0
// What the time line asks of the model: steps that stand under each other, stretches that are measured, whole runs in a
// few columns, moments as a person writes them, the way back.
#include "tests/unit/catch.hpp"
#include "tests/viewer/made_up_run.hpp"
#include "viewer/model/base/settings.hpp"
#include "viewer/model/operations/alignment.hpp"
#include "viewer/model/operations/time_span.hpp"
#include "viewer/model/trace/moment.hpp"
#include "viewer/model/trace/overview.hpp"
#include "viewer/views/shared/history.hpp"

namespace ws::test {
namespace {

model::OperationEvents pieces(const std::vector<std::pair<Step, i64>>& steps) {
    model::OperationEvents parts;
    i64 time = 0;
    for (const auto& [step, net] : steps) {
        parts.segments.push_back({time, time + net, 0, 0, static_cast<u8>(step), 0, model::World::el2, false, {}});
        time += net;
    }
    return parts;
}

constexpr Step kOutside{};

TEST_CASE("the same steps of two operations stand under each other", "[alignment]") {
    const auto a = pieces({{kOutside, 1},
                           {Step::save_fp, 20},
                           {Step::save_timer, 8},
                           {kOutside, 3},
                           {Step::handle_exit, 50},
                           {Step::restore_fp, 20}});
    const auto b = pieces({{kOutside, 2}, {Step::save_timer, 5}, {Step::handle_exit, 60}, {kOutside, 4}});
    const model::Alignment alignment(a, b);
    CHECK(alignment.partner(0, 0) == 0);
    CHECK(alignment.partner(0, 1) == model::kNoSegment);  // save_fp: a gap in B
    CHECK(alignment.partner(0, 2) == 1);
    CHECK(alignment.partner(0, 4) == 2);
    CHECK(alignment.partner(1, 2) == 4);
    CHECK(alignment.partner(1, 3) == model::kNoSegment);
    CHECK(alignment.partner(1, 99) == model::kNoSegment);
    // A column is as wide as the longer of the two, and what has no partner is as wide as it is.
    CHECK(alignment.width() == 2 + 20 + 8 + 3 + 60 + 20 + 4);
    CHECK(alignment.column_of(0, 2)->begin == 22);
    CHECK(alignment.column_of(1, 1)->begin == 22);
    i64 begin = 0;
    for (const auto& column : alignment.columns()) {
        CHECK(column.begin == begin);
        begin += column.width;
    }
}

TEST_CASE("a moment of an operation has a place in the layout, and a gap has no moment", "[alignment]") {
    const auto a = pieces({{Step::save_fp, 20}, {Step::save_timer, 8}});
    const auto b = pieces({{Step::save_timer, 5}});
    const model::Alignment alignment(a, b);
    CHECK(alignment.place(0, a, 3) == 3);
    CHECK(alignment.place(1, b, 3) == 23);
    CHECK(alignment.time(1, b, 23) == 3);
    CHECK(!alignment.time(1, b, 10).has_value());  // under save_fp
    CHECK(!alignment.time(1, b, 26).has_value());  // A's save_timer is longer
    CHECK(alignment.time(0, a, 26) == 26);
}

TEST_CASE("operations that are alike have no gaps, and one alone has no partners", "[alignment]") {
    const auto a = pieces({{kOutside, 1}, {Step::save_timer, 8}, {kOutside, 7}, {Step::save_timer, 8}});
    const model::Alignment same(a, a);
    CHECK(same.width() == 24);
    for (u32 i = 0; i < 4; ++i) CHECK(same.partner(0, i) == i);
    const model::Alignment alone(a, model::OperationEvents{});
    CHECK(alone.width() == 24);
    CHECK(alone.partner(0, 1) == model::kNoSegment);
    CHECK(model::Alignment(model::OperationEvents{}, model::OperationEvents{}).width() == 0);
}

TEST_CASE("operations of very many pieces are lined up as far as can be", "[alignment]") {
    std::vector<std::pair<Step, i64>> steps;
    for (int i = 0; i < 4000; ++i) steps.emplace_back(i % 2 == 0 ? Step::save_timer : Step::save_fp, 2);
    const auto a = pieces(steps);
    const model::Alignment alignment(a, a);
    CHECK(alignment.partner(0, 1000) == 1000);
    CHECK(alignment.column_of(0, 3999) != nullptr);
    CHECK(alignment.column_of(1, 3999) != nullptr);
}

TEST_CASE("a stretch is measured: events at its begin count, those at its end do not", "[span]") {
    const TraceFolder folder("vhe");
    const model::Run run = folder.run([](SyntheticMachine& m) { operate(m), operate(m), operate(m); });
    const model::Operation& operation = run.operations.all()[1];
    const model::OperationEvents parts = model::take_apart(run, operation);
    const model::TimeSpan span{operation.begin, operation.end};
    const model::SpanFigures figures = model::measure_span(run.trace, {span.begin, span.end + 1});
    CHECK(figures.counted);
    CHECK(figures.instructions == operation.net() + 1);
    CHECK(figures.events == parts.events.size());
    CHECK(figures.traps == 1);
    CHECK(figures.exits == 1);
    CHECK(figures.erets == 1);
    CHECK(figures.saved == parts.moves.saved());
    CHECK(figures.restored == 0);
    CHECK(figures.written == 1);
    CHECK(model::measure_span(run.trace, span).erets == 0);  // it is at the end
    CHECK(model::measure_span(run.trace, {span.begin + 1, span.end}).traps == 0);
    CHECK(model::measure_span(run.trace, {span.end, span.begin}).events == 0);
    const model::SpanFigures quick = model::measure_span(run.trace, span, 3);
    CHECK(!quick.counted);
    CHECK(quick.events == parts.events.size() - 1);
    CHECK(model::measure_span(run.trace, {run.trace.net(0), run.operations.all()[2].end + 1}).exits == 3);
}

TEST_CASE("a whole run in columns adds up to the run", "[overview]") {
    const TraceFolder folder("vhe");
    const model::Run run = folder.run([](SyntheticMachine& m) {
        for (int i = 0; i < 40; ++i) operate(m);
    });
    const auto lanes = model::make_lanes(run.timeline);
    for (const std::size_t columns : {std::size_t{1}, std::size_t{7}, std::size_t{300}}) {
        const model::Overview overview = model::make_overview({&lanes[0]}, columns);
        REQUIRE(overview.columns.size() == columns);
        CHECK(overview.begin == lanes[0].begin);
        CHECK(overview.end == lanes[0].end);
        double guest = 0;
        for (const auto& column : overview.columns) {
            CHECK(column[0] + column[1] + column[2] < 1.001F);
            guest += static_cast<double>(column[0]) / static_cast<double>(columns);
        }
        const auto whole = static_cast<double>(lanes[0].end - lanes[0].begin);
        const auto filled = static_cast<double>(lanes[0].spans[0].filled(lanes[0].begin, lanes[0].end));
        CHECK(std::abs(guest - filled / whole) < 0.02);
    }
    CHECK(model::make_overview({}, 10).columns.empty());
}

TEST_CASE("a moment is an event's number or a time, and what is neither is told why", "[moment]") {
    const TraceFolder folder("vhe");
    const model::Run run = folder.run([](SyntheticMachine& m) { operate(m), operate(m); });
    const model::Trace& trace = run.trace;
    const u64 count = trace.events().size();
    CHECK(model::parse_moment(trace, "0").event == 0);
    CHECK(model::parse_moment(trace, " 1 ").event == 1);
    CHECK(model::parse_moment(trace, std::to_string(count - 1)).event == count - 1);
    const auto at = model::parse_moment(trace, "@" + std::to_string(trace.net(5)));
    CHECK(trace.net(at.event) == trace.net(5));
    CHECK(at.net == trace.net(5));
    const auto problem = [&](const std::string& text) {
        try {
            model::parse_moment(trace, text);
        } catch (const model::MomentError& error) {
            return std::string(error.what());
        }
        return std::string("none");
    };
    CHECK(problem(std::to_string(count)) ==
          "there is no event " + std::to_string(count) + ": they are 0 to " + std::to_string(count - 1));
    CHECK(problem("-1").find("there is no event -1") == 0);
    CHECK(problem("x").find("\"x\" is neither") == 0);
    CHECK(problem("12x").find("\"12x\" is neither") == 0);
    CHECK(problem("@").find("\"@\" is neither") == 0);
    CHECK(problem("99999999999999999999").find("too large") != std::string::npos);
    CHECK(problem("@-5").find("outside of the run") != std::string::npos);
    CHECK(problem("").find("wanted") != std::string::npos);
}

struct Place {
    int chosen;
    int moved;
    friend bool operator==(const Place&, const Place&) = default;
    bool same_but_moved(const Place& other) const { return chosen == other.chosen; }
};

TEST_CASE("back and forward, and a drag is one step", "[history]") {
    view::History<Place> history;
    CHECK(history.back() == nullptr);
    history.note({1, 0});
    history.note({1, 0});
    CHECK(history.size() == 1);
    for (int i = 1; i < 10; ++i) history.note({1, i});  // a drag
    history.note({2, 9});
    REQUIRE(history.back() != nullptr);
    history.note({1, 9});  // the frame after going back
    const Place* first = history.back();
    REQUIRE(first != nullptr);
    CHECK(*first == Place{1, 0});
    CHECK(history.back() == nullptr);
    CHECK(*history.forward() == Place{1, 9});
    CHECK(*history.forward() == Place{2, 9});
    CHECK(history.forward() == nullptr);
    history.back();
    history.note({3, 9});  // another way from here: what came after is gone
    CHECK(history.forward() == nullptr);
    CHECK(*history.back() == Place{1, 9});
}

TEST_CASE("the way back is bounded", "[history]") {
    view::History<Place> history;
    for (int i = 0; i < 1000; ++i) history.note({i, 0});
    CHECK(history.size() == view::History<Place>::kMost);
    CHECK(*history.back() == Place{998, 0});
}

TEST_CASE("what the window remembers is read as it was written", "[settings]") {
    model::Settings settings;
    CHECK(model::Settings::parse(settings.text(), "x") == settings);
    settings.dark = true;
    settings.scale = 1.5F;
    settings.width = 1700;
    settings.height = 1100;
    settings.tab = "machine";
    settings.profile = "seattle-gicv2";
    settings.lined_up = true;
    settings.lanes_part = 0.5F;
    settings.events_part = 0.25F;
    CHECK(model::Settings::parse(settings.text(), "x") == settings);
    CHECK(model::Settings::parse("{\"of another version\": 1}", "x") == model::Settings{});
    CHECK(model::Settings::load("/nowhere/wsview.json") == model::Settings{});
}

TEST_CASE("settings that cannot be used are told in one line", "[settings]") {
    const auto problem = [](const std::string& text) {
        try {
            model::Settings::parse(text, "wsview.json");
        } catch (const model::SettingsError& error) {
            return std::string(error.what());
        }
        return std::string("none");
    };
    CHECK(problem("").find("wsview.json: is no JSON") == 0);
    CHECK(problem("{\"theme\": \"dark\"").find("is no JSON") != std::string::npos);
    CHECK(problem("[]") == "wsview.json: an object is wanted: { ... }");
    CHECK(problem("{\"theme\": \"purple\"}") == "wsview.json: theme: light or dark is wanted");
    CHECK(problem("{\"scale\": 0}") == "wsview.json: scale: a number from 0.5 to 4 is wanted");
    CHECK(problem("{\"width\": \"wide\"}") == "wsview.json: width: a number from 320 to 16384 is wanted");
    CHECK(problem("{\"height\": 1e300}").find("height:") != std::string::npos);
    CHECK(problem("{\"tab\": 5}") == "wsview.json: tab: a text is wanted");
    CHECK(problem("{\"lined_up\": 1}") == "wsview.json: lined_up: true or false is wanted");
}

}  // namespace
}  // namespace ws::test
