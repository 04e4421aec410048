// SPDX-License-Identifier: Apache-2.0
// Figures that a tour names are those of the runs that are open.
#include "viewer/model/notes_and_tours/tour_figures.hpp"

#include <fmt/format.h>

#include "tests/unit/catch.hpp"
#include "tests/viewer/made_up_run.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/explain/ledger.hpp"
#include "viewer/model/notes_and_tours/tour_stops.hpp"
#include "viewer/model/operations/segments.hpp"
#include "viewer/views/shared/tabs.hpp"

namespace ws::test {
namespace {

void two_hypercalls(SyntheticMachine& m) {
    m.eret(kGuest, 0x4000'0000, kGuestEl1);
    m.work(10);
    operate(m);
    operate(m);
}

void one_longer_call(SyntheticMachine& m) {
    m.eret(kGuest, 0x4000'0000, kGuestEl1);
    m.work(10);
    m.trap(kGuest, kHvc, 0x4000'0000, kGuestEl1);
    m.begin(Step::handle_exit);
    m.work(50);
    m.end(Step::handle_exit);
    m.eret(kGuest, 0x4000'0004, kGuestEl1);
    m.work(100);
}

std::string refused_figures(const std::string& text) {
    try {
        model::check_figures(text);
    } catch (const model::FigureError& error) {
        return error.what();
    }
    return "taken";
}

TEST_CASE("a figure's name is refused where there is no such figure", "[tour]") {
    for (const char* good : {"{A instructions}",
                             "{B el1}",
                             "{A vgic cycles}",
                             "{A fp saved}",
                             "{difference cycles}",
                             "{ratio instructions}",
                             "{A step handle_exit}",
                             "{A writes}",
                             "{A without fp,el1}",
                             "{A trap ELR_EL2}",
                             "{A timer saved}",
                             "{B handler percent}",
                             "{B step handle_exit percent}",
                             "{A without fp percent}",
                             "{B besides handler,residual}",
                             "{A moves}",
                             "{B redundant}",
                             "{A register VTTBR_EL2 writes}",
                             "{difference register X0 saved}",
                             "no figure"}) {
        CHECK(refused_figures(good) == "taken");
    }
    check_contains(refused_figures("{C instructions}"),
                   "figure {C instructions}: it begins with A, B, difference or ratio");
    check_contains(refused_figures("{A}"), "it says whose figure it is, and which");
    check_contains(refused_figures("{A el2}"), "there is no el2");
    check_contains(refused_figures("{A step nosuch}"), "there is no step nosuch");
    check_contains(refused_figures("{A without nosuch}"), "nosuch");
    check_contains(refused_figures("{A saved}"), "registers are moved by a part");
    check_contains(refused_figures("{ratio trap ELR_EL2}"), "an event's field is A's or B's");
    check_contains(refused_figures("{A el1 cycles more}"), "more does not belong there");
    check_contains(refused_figures("{A register NOSUCH writes}"), "there is no register NOSUCH");
    check_contains(refused_figures("{A register X0 cycles}"), "a register is saved, restored, writes");
    check_contains(refused_figures("{A el1 moves}"), "moves are told of one register or of all");
    check_contains(refused_figures("{A besides nosuch}"), "there is no part nosuch");
    check_contains(refused_figures("{A percent}"), "percent of what is wanted");
    for (const char* bad : {"{A instructions", "A instructions}", "{A {B instructions}", "{", "}"}) {
        check_contains(refused_figures(bad), "a brace without its other one");
    }
}

TEST_CASE("a tour tells the figures of the runs that are open", "[tour]") {
    const TraceFolder folders[2] = {TraceFolder("split"), TraceFolder("vhe")};
    const model::Run a = folders[0].run(two_hypercalls);
    const model::Run b = folders[1].run(one_longer_call);
    const model::TourFigures figures(a, b, {0, 0});
    std::string problem;
    const auto net = [](const model::Run& run) { return run.operations.all()[0].net(); };
    CHECK(figures.fill_in("{A instructions} and {B instructions}.", problem) ==
          fmt::format("{} and {}.", net(a), net(b)));
    CHECK(net(a) != net(b));
    CHECK(figures.fill_in("{ratio instructions}", problem) ==
          fmt::format("{:.2f}", static_cast<double>(net(a)) / static_cast<double>(net(b))));
    CHECK(figures.fill_in("{A trap EC}", problem) == "HVC64");
    const auto whole = static_cast<double>(net(b));
    CHECK(figures.fill_in("{B step handle_exit percent}", problem) == fmt::format("{:.0f}", 50 * 100 / whole));
    const model::Ledger books = model::keep_ledger(a.trace, model::take_apart(a, a.operations.all()[0]).events);
    CHECK(figures.fill_in("{A moves}, {A redundant}", problem) ==
          fmt::format("{}, {}", books.total.moves(), books.total.redundant()));
    CHECK(books.total.moves() > 0);
    CHECK(figures.fill_in("{B register VTTBR_EL2 writes}", problem) == "0");
    CHECK(figures.fill_in("{B besides handler}", problem) == fmt::format("{}", net(b) - 50));
    CHECK(problem.empty());
    CHECK(figures.fill_in("{A mmio value}, {A instructions}", problem) == fmt::format("?, {}", net(a)));
    check_contains(problem, "figure {A mmio value}: A has no event mmio in this operation");
}

TEST_CASE("a tour with a figure that there is not is refused, with file and line", "[tour]") {
    try {
        model::Tour::parse("title: T\n== H\n\nIt takes {A instuctions}.\n", "a.tour", view::kTabNames);
        FAIL("it was taken");
    } catch (const model::TraceError& error) {
        check_contains(error.what(), "a.tour:2: figure {A instuctions}: there is no instuctions");
    }
}

}  // namespace
}  // namespace ws::test
