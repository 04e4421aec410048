// SPDX-License-Identifier: Apache-2.0
// Tours: what is read, what is refused and in which words, where their steps are in two runs, and how the window walks.
#include "viewer/model/notes_and_tours/tour.hpp"

#include <fmt/format.h>

#include "tests/unit/catch.hpp"
#include "tests/viewer/made_up_run.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/views/shared/state.hpp"
#include "viewer/views/shared/tabs.hpp"

namespace ws::test {
namespace {

using model::Tour;

constexpr const char* kTour = R"(# a comment
title: Two calls
designs: split vhe

== The first step
kind: HVC
event: control_write register=HCR_EL2
tab: machine
line-up: yes

One paragraph
of two lines.

Another one: with a colon.

question: Why?
# a comment in between
answer:
Because.

And that is all.
== The second
side: B

Text.
)";

std::string refusal(const std::string& text) {
    try {
        Tour::parse(text, "a.tour", view::kTabNames);
    } catch (const model::TraceError& error) {
        return error.what();
    }
    return "taken";
}

/// A tour of one step with these lines below its heading.
std::string step(const std::string& lines) { return "title: T\n== H\n" + lines; }

std::vector<model::TourStop> stops(const std::string& lines, const model::Run& a, const model::Run& b) {
    const model::Comparison comparison = model::compare(a, b);
    const model::OperationStops browse(a, &b, comparison);
    return model::find_tour_stops(Tour::parse(step(lines), "a.tour", view::kTabNames), a, b, comparison, browse);
}

void two_calls(SyntheticMachine& m) {
    m.eret(kGuest, 0x4000'0000, kGuestEl1);
    m.work(10);
    operate(m);
    operate(m);
}

void two_calls_and_a_wait(SyntheticMachine& m) {
    two_calls(m);
    operate(m, kWfi);
}

TEST_CASE("a tour is read, and a step keeps what the step before it chose", "[tour]") {
    const Tour tour = Tour::parse(kTour, "a.tour", view::kTabNames);
    CHECK(tour.title == "Two calls");
    CHECK(tour.designs[1] == "vhe");
    REQUIRE(tour.steps.size() == 2);
    const model::TourStep& first = tour.steps[0];
    CHECK(first.line == 5);
    CHECK(first.heading == "The first step");
    CHECK(first.text == std::vector<std::string>{"One paragraph of two lines.", "Another one: with a colon."});
    CHECK(first.question == std::vector<std::string>{"Why?"});
    CHECK(first.answer == std::vector<std::string>{"Because.", "And that is all."});
    CHECK(first.side == 0);
    const model::TourStep& second = tour.steps[1];
    CHECK(second.kind == "HVC");
    CHECK(second.tab == "machine");
    CHECK(second.lined_up);
    CHECK(second.side == 1);
    CHECK(second.query.empty());
    CHECK(second.question.empty());
}

TEST_CASE("what is wrong in a tour is told with file, line and what to do", "[tour]") {
    CHECK(refusal(kTour) == "taken");
    CHECK(refusal(step("\nText.\n")) == "taken");
    check_contains(refusal(""), "a.tour:1: there is no title");
    check_contains(refusal("title: T\n"), "a.tour:1: there is no step");
    check_contains(refusal("title: T\ntitle: U\n"), "a.tour:2: title is here twice");
    check_contains(refusal("title:\n"), "a.tour:1: title has no value");
    check_contains(refusal("name: T\n"), "a.tour:1: the head of a tour has no key name; there are title, designs");
    check_contains(refusal("title: T\ndesigns: split\n"), "a.tour:2: designs: two are wanted");
    check_contains(refusal(step("kind: HVC\n")), "a.tour:2: the step has no text");
    check_contains(refusal(step("Text.\n")), "a.tour:3: \"Text.\" is no KEY: VALUE; text comes after an empty line");
    check_contains(refusal(step("evnt: trap\n\nText.\n")), "a.tour:3: a step has no key evnt; there are kind");
    check_contains(refusal(step("\nText.\n\nevent: trap\n")),
                   "a.tour:6: event: belongs right below the step's heading");
    check_contains(refusal(step("operation: 0\n\nText.\n")), "a.tour:3: operation: a number from 1");
    check_contains(refusal(step("side: C\n\nText.\n")), "a.tour:3: side: A or B is wanted, not C");
    check_contains(refusal(step("tab: wy\n\nText.\n")), "a.tour:3: tab: there is no wy; there are why");
    check_contains(refusal(step("line-up: 1\n\nText.\n")), "a.tour:3: line-up: yes or no is wanted");
    check_contains(refusal(step("event: no_such\n\nText.\n")), "a.tour:3: event: query, column 1");
    check_contains(refusal(step("event: symbol=f\n\nText.\n")), "a.tour:3: event: symbol= is not for tours");
    check_contains(refusal(step("\nText.\n\nquestion: Why?\n")), "a.tour:2: the step has a question and no answer");
    check_contains(refusal(step("\nText.\n\nanswer: So.\n")), "a.tour:6: there is no question before this answer");
    check_contains(refusal(step("\nText.\n\nquestion: A?\n\nanswer: B\n\nquestion: C?\n")),
                   "a.tour:10: the question comes");
    check_contains(refusal("title: T\n==\n"), "a.tour:2: the step has no heading");
    check_contains(refusal("title: \xff\n"), "a.tour:1: is no UTF-8");
    check_contains(refusal("title: a\x01\n"), "a.tour:1: has control characters");
}

TEST_CASE("the steps of a tour are found in two runs", "[tour]") {
    const TraceFolder folders[2] = {TraceFolder("split"), TraceFolder("vhe")};
    const model::Run a = folders[0].run(two_calls_and_a_wait);
    const model::Run b = folders[1].run(two_calls);
    const auto found = stops("kind: HVC\noperation: 2\nevent: control_write\n\nText.\n", a, b);
    REQUIRE(found[0].problem.empty());
    CHECK(found[0].stop == 1);
    CHECK(a.trace.event(found[0].event).info().name == "control_write");
    CHECK(found[0].event > a.operations.all()[1].first);

    const auto by_number = stops(fmt::format("event: {}\n\nText.\n", found[0].event), a, b);
    CHECK(by_number[0].event == found[0].event);
    CHECK(by_number[0].stop == 1);

    check_contains(stops("kind: DABT\n\nText.\n", a, b)[0].problem, "kind DABT: no kind of operation has this name");
    check_contains(stops("kind: HVC\noperation: 3\n\nText.\n", a, b)[0].problem, "operation 3: there are 2");
    check_contains(stops("kind: HVC\nevent: mmio\n\nText.\n", a, b)[0].problem, "event mmio: none of the");
    check_contains(stops("event: 99999\n\nText.\n", a, b)[0].problem, "event 99999: A has");
    check_contains(stops("kind: WF\nside: B\n\nText.\n", a, b)[0].problem, "B has no operation here");

    const Tour tour = Tour::parse(kTour, "a.tour", view::kTabNames);
    CHECK(model::unfit_for_tour(tour, a, b).empty());
    check_contains(model::unfit_for_tour(tour, b, a), "this tour is for split as A, and A is vhe here");
}

TEST_CASE("the window walks a tour", "[tour]") {
    const TraceFolder folders[2] = {TraceFolder("split"), TraceFolder("vhe")};
    const view::Session session({std::make_shared<const model::Run>(folders[0].run(two_calls_and_a_wait)),
                                 std::make_shared<const model::Run>(folders[1].run(two_calls))});
    view::State state(session, false);
    state.tour.emplace(session, Tour::parse(kTour, "a.tour", view::kTabNames));
    state.go_to_step(0);
    CHECK(state.tab == view::Tab::machine);
    CHECK(state.lined_up);
    CHECK(session.run(0).trace.event(state.selection.event()).info().name == "control_write");

    state.act(view::Action::show_answer);
    CHECK(state.tour->answered);
    state.act(view::Action::next_step);
    CHECK(state.tour->step == 1);
    CHECK_FALSE(state.tour->answered);
    CHECK(state.selection.side() == 1);
    state.act(view::Action::next_step);  // there is none
    CHECK(state.tour->step == 1);
    state.act(view::Action::previous_step);
    state.act(view::Action::previous_step);
    CHECK(state.tour->step == 0);

    state.measured.emplace();  // Escape takes away one thing after the other
    state.escape();
    CHECK(state.tour);
    state.escape();
    CHECK_FALSE(state.tour);
    state.act(view::Action::next_step);
    state.act(view::Action::show_answer);
}

}  // namespace
}  // namespace ws::test
