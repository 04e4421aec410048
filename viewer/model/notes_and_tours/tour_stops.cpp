// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/notes_and_tours/tour_stops.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "viewer/model/find/find.hpp"
#include "viewer/model/notes_and_tours/tour_figures.hpp"
#include "viewer/model/operations/kind_name.hpp"
#include "viewer/model/operations/segments.hpp"

namespace ws::model {
namespace {

/// A step cannot be found.
class NotThere : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Finds the steps of one tour.
class Finder {
  public:
    Finder(const Run& a, const Run& b, const Comparison& comparison, const OperationStops& browse)
        : runs_{&a, &b}, comparison_(comparison), browse_(browse) {}

    TourStop find(const TourStep& step) {
        TourStop stop = find_place(step);
        TourFigures* const figures = stop.is_there() ? &figures_of(stop) : nullptr;
        for (const auto& [from, to] : {std::pair{&step.text, &stop.text}, std::pair{&step.question, &stop.question},
                                       std::pair{&step.answer, &stop.answer}}) {
            for (const std::string& paragraph : *from) {
                to->push_back(figures != nullptr ? figures->fill_in(paragraph, stop.problem)
                                                 : without_figures(paragraph));
            }
        }
        return stop;
    }

  private:
    TourStop find_place(const TourStep& step) {
        TourStop stop;
        stop.kind = browse_.first_kind();
        try {
            if (!step.kind.empty()) stop.kind = find_row(comparison_, step.kind);
            stop.stop = operation(step, stop.kind);
            if (step.event) {
                find_number(step, stop);
            } else {
                stop.event = first_event(step, stop);
            }
        } catch (const NotThere& problem) {
            stop.problem = problem.what();
        } catch (const KindError& problem) {
            stop.problem = fmt::format("kind {}: {}", step.kind, problem.what());
        }
        return stop;
    }

    /// Most steps are about the same operation.
    TourFigures& figures_of(const TourStop& stop) {
        std::unique_ptr<TourFigures>& figures = figures_[{stop.kind, stop.stop}];
        if (!figures) {
            figures = std::make_unique<TourFigures>(*runs_[0], *runs_[1], browse_.kind(stop.kind).stops[stop.stop]);
        }
        return *figures;
    }

    [[noreturn]] static void fail(const std::string& reason) { throw NotThere(reason); }

    const std::string& name(u32 kind) const { return comparison_.rows[kind].kind; }

    u32 operation(const TourStep& step, u32 kind) const {
        const KindStops& stops = browse_.kind(kind);
        if (step.operation > stops.stops.size()) {
            fail(fmt::format("operation {}: there are {} of the kind {}", step.operation, stops.stops.size(),
                             name(kind)));
        }
        return step.operation == 0 ? stops.typical : static_cast<u32>(step.operation - 1);
    }

    /// An event by its number: the operation is the one that it is in.
    void find_number(const TourStep& step, TourStop& stop) const {
        const Run& run = *runs_[step.side];
        const std::size_t events = run.trace.events().size();
        if (*step.event >= events) {
            fail(fmt::format("event {}: {} has {} events, numbered from 0", *step.event, letter(step), events));
        }
        stop.event = static_cast<EventIndex>(*step.event);
        const Operation* operation = run.operations.at(run.trace, stop.event);
        if (operation == nullptr) return;
        const auto place = browse_.find(step.side, static_cast<u32>(operation - run.operations.all().data()));
        if (!place) return;
        stop.kind = place->kind;
        stop.stop = place->stop;
    }

    EventIndex first_event(const TourStep& step, const TourStop& stop) {
        const Run& run = *runs_[step.side];
        const Stop& both = browse_.kind(stop.kind).stops[stop.stop];
        const u32 place = step.side == 0 ? both.a : both.b;
        if (place == kUnpaired) {
            fail(fmt::format("{} has no operation here: this {} has no partner in it", letter(step), name(stop.kind)));
        }
        const std::vector<EventIndex> events = take_apart(run, run.operations.all()[place]).events;
        if (step.query.empty()) return events.front();
        std::string problem;
        const std::string text = figures_of(stop).fill_in(step.query, problem);
        if (!problem.empty()) fail(fmt::format("event {}: {}", step.query, problem));
        const Query query = parse_query(text);
        const auto found =
            std::find_if(events.begin(), events.end(), [&](EventIndex event) { return query.holds(run.trace, event); });
        if (found == events.end()) {
            fail(fmt::format("event {}: none of the {} events of this operation in {} is so", text, events.size(),
                             letter(step)));
        }
        return *found;
    }

    static Query parse_query(const std::string& text) {
        try {
            return Query::parse(text);
        } catch (const QueryError& error) {
            fail(fmt::format("event {}: {}", text, error.what()));
        }
    }

    static char letter(const TourStep& step) { return step.side == 0 ? 'A' : 'B'; }

    const Run* runs_[2];
    const Comparison& comparison_;
    const OperationStops& browse_;
    std::map<std::pair<u32, u32>, std::unique_ptr<TourFigures>> figures_;
};

}  // namespace

std::vector<TourStop> find_tour_stops(const Tour& tour, const Run& a, const Run& b, const Comparison& comparison,
                                      const OperationStops& browse) {
    Finder finder(a, b, comparison, browse);
    std::vector<TourStop> stops;
    for (const TourStep& step : tour.steps) stops.push_back(finder.find(step));
    return stops;
}

std::string unfit_for_tour(const Tour& tour, const Run& a, const Run& b) {
    const Run* const runs[2] = {&a, &b};
    for (std::size_t side = 0; side < 2; ++side) {
        const Trace& trace = runs[side]->trace;
        const char letter = side == 0 ? 'A' : 'B';
        const std::string& design = tour.designs[side];
        if (!design.empty() && trace.design() != design) {
            return fmt::format("this tour is for {1} as {0}, and {0} is {2} here; open {3} first and {4} second",
                               letter, design, trace.design(), tour.designs[0], tour.designs[1]);
        }
        if (!tour.guest.empty() && trace.env("guest") != tour.guest) {
            return fmt::format(
                "this tour is for the guest {}, and {} is of {}; run scripts/ws run --design {} --guest {}{}",
                tour.guest, letter, trace.env("guest"), trace.design(), tour.guest,
                tour.options.empty() ? "" : " " + tour.options);
        }
    }
    return "";
}

}  // namespace ws::model
