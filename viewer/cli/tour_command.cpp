// SPDX-License-Identifier: Apache-2.0
#include "viewer/cli/tour_command.hpp"

#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/notes_and_tours/tour_stops.hpp"
#include "viewer/model/operations/segments.hpp"
#include "viewer/model/trace/describe.hpp"
#include "viewer/views/shared/tabs.hpp"

namespace ws::cli {
namespace {

using model::TourStep;
using model::TourStop;

/// Two runs and where the tour's steps are in them.
struct Walk {
    model::Tour tour;
    model::Run runs[2];
    model::Comparison comparison;
    model::OperationStops browse;
    std::vector<TourStop> stops;
};

Walk load(const TourArguments& arguments) {
    model::Tour tour =
        model::Tour::load(arguments.tour, view::kTabNames);  // before the runs: it is soon told what is wrong with it
    model::Run a = open_run(arguments.a);
    model::Run b = open_run(arguments.b);
    model::Comparison comparison = model::compare(a, b);
    if (comparison.rows.empty()) {
        throw model::TraceError(a.trace.path().string(), "holds no operation: no guest trapped and was entered again");
    }
    model::OperationStops browse(a, &b, comparison);
    std::vector<TourStop> stops = model::find_tour_stops(tour, a, b, comparison, browse);
    return {std::move(tour), {std::move(a), std::move(b)}, std::move(comparison), std::move(browse), std::move(stops)};
}

/// The first and the last event of the shown operation of a run; nothing if it has none.
Json events_of(const Walk& walk, const TourStop& stop, std::size_t side) {
    const model::Stop& both = walk.browse.kind(stop.kind).stops[stop.stop];
    const u32 place = side == 0 ? both.a : both.b;
    if (place == model::kUnpaired) return Json();
    const model::Run& run = walk.runs[side];
    const auto events = model::take_apart(run, run.operations.all()[place]).events;
    return Json::array({events.front(), events.back()});
}

Json json_of(const Walk& walk, std::size_t number) {
    const TourStep& step = walk.tour.steps[number];
    const TourStop& stop = walk.stops[number];
    Json json = {{"number", number + 1}, {"line", step.line}, {"heading", step.heading}, {"text", stop.text}};
    json["question"] = stop.question;
    json["answer"] = stop.answer;
    json["tab"] = step.tab.empty() ? Json() : Json(step.tab);
    json["line_up"] = step.lined_up;
    json["side"] = step.side == 0 ? "A" : "B";
    json["problem"] = stop.problem.empty() ? Json() : Json(stop.problem);
    if (!stop.is_there()) return json;
    const model::Event& event = walk.runs[step.side].trace.event(stop.event);
    json["kind"] = walk.comparison.rows[stop.kind].kind;
    json["operation"] = stop.stop + 1;
    json["operations"] = walk.browse.kind(stop.kind).stops.size();
    json["events"] = {{"a", events_of(walk, stop, 0)}, {"b", events_of(walk, stop, 1)}};
    json["event"] = {{"index", stop.event},
                     {"event", event.info().name},
                     {"text", model::one_line(walk.runs[step.side].trace, event)}};
    return json;
}

/// Paragraphs below an empty line, each after it; the first with a word before it.
void print_paragraphs(const std::string& first, const std::vector<std::string>& paragraphs) {
    std::string before = first;
    for (const std::string& paragraph : paragraphs) {
        fmt::print("\n{}\n", wrapped(before + paragraph));
        before.clear();
    }
}

void print_step(const Walk& walk, std::size_t number) {
    const TourStep& step = walk.tour.steps[number];
    const TourStop& stop = walk.stops[number];
    fmt::print("\n{}\n", strong(fmt::format("{}. {}", number + 1, step.heading)));
    if (stop.is_there()) {
        const model::Event& event = walk.runs[step.side].trace.event(stop.event);
        fmt::print("[{} {} of {} \u00b7 event {} of {}: {}{}]\n", walk.comparison.rows[stop.kind].kind,
                   thousands(stop.stop + 1), thousands(walk.browse.kind(stop.kind).stops.size()), stop.event,
                   step.side == 0 ? "A" : "B", event.info().name, step.tab.empty() ? "" : " \u00b7 tab " + step.tab);
    }
    print_paragraphs("", stop.text);
    print_paragraphs("Question: ", stop.question);
    print_paragraphs("Answer: ", stop.answer);
}

/// A line on stderr for each; how many there are. Of runs that the tour is not for, that alone is told.
int print_problems(const Walk& walk) {
    const std::string unfit = model::unfit_for_tour(walk.tour, walk.runs[0], walk.runs[1]);
    if (!unfit.empty()) fmt::print(stderr, "wstrace: {}: {}\n", walk.tour.file, unfit);
    if (!unfit.empty()) return 1;
    int problems = 0;
    for (std::size_t number = 0; number < walk.stops.size(); ++number) {
        if (walk.stops[number].problem.empty()) continue;
        ++problems;
        fmt::print(stderr, "wstrace: {}:{}: step {}: {}\n", walk.tour.file, walk.tour.steps[number].line, number + 1,
                   walk.stops[number].problem);
    }
    return problems;
}

}  // namespace

int tour_command(const TourArguments& arguments) {
    const Walk walk = load(arguments);
    if (arguments.json) {
        Json steps = Json::array();
        for (std::size_t number = 0; number < walk.stops.size(); ++number) steps.push_back(json_of(walk, number));
        const std::string unfit = model::unfit_for_tour(walk.tour, walk.runs[0], walk.runs[1]);
        print_json({{"file", walk.tour.file},
                    {"title", walk.tour.title},
                    {"designs", walk.tour.designs},
                    {"guest", walk.tour.guest},
                    {"options", walk.tour.options},
                    {"unfit", unfit.empty() ? Json() : Json(unfit)},
                    {"steps", std::move(steps)}});
    } else if (!arguments.check) {
        fmt::print("{}\n", strong(walk.tour.title));
        for (std::size_t number = 0; number < walk.stops.size(); ++number) print_step(walk, number);
    }
    return print_problems(walk) == 0 ? 0 : 1;
}

}  // namespace ws::cli
