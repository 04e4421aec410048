// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/shared/tour_walk.hpp"

#include <algorithm>
#include <utility>

#include "viewer/views/shared/state.hpp"

namespace ws::view {

TourWalk::TourWalk(const Session& session, model::Tour the_tour) : tour(std::move(the_tour)) {
    const model::Run& a = session.run(0);
    const model::Run& b = session.run(session.count() - 1);
    stops = model::find_tour_stops(tour, a, b, session.comparison(), session.stops());
    unfit = model::unfit_for_tour(tour, a, b);
}

TourWalk::TourWalk(const Session& session, const TourWalk& before) : TourWalk(session, before.tour) {
    step = before.step;
    answered = before.answered;
}

void State::take_tour(const model::Tour& chosen) {
    tour.emplace(session_, chosen);
    folded_tour.reset();
    go_to_step(0);
}

void State::toggle_tour() {
    if (tour) return fold_tour();
    if (folded_tour) {
        tour = std::exchange(folded_tour, std::nullopt);
    } else if (!tours.empty()) {
        take_tour(tours.front());
    } else {
        notice = "No tour is for these runs. The start page (O) has the tours that there are.";
    }
}

void State::go_to_step(std::size_t step) {
    tour->step = std::min(step, tour->stops.size() - 1);
    tour->answered = false;
    const model::TourStep& wanted = tour->at();
    const model::TourStop& there = tour->stop();
    for (const TabInfo& info : kTabs) {
        if (wanted.tab == info.name) tab = info.tab;
    }
    lined_up = wanted.lined_up;
    if (!there.is_there()) return;
    select_kind(there.kind);
    selection.select_stop(there.stop);
    window.fit();
    go_to_event(wanted.side, there.event);
}

}  // namespace ws::view
