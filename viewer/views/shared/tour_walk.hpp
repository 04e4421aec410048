// SPDX-License-Identifier: Apache-2.0
// A tour that somebody takes: at which step they are, and whether they want to see the answer.
#pragma once

#include "viewer/model/notes_and_tours/tour_stops.hpp"
#include "viewer/views/shared/session.hpp"

namespace ws::view {

struct TourWalk {
    TourWalk(const Session& session, model::Tour the_tour);
    /// The same place of the same tour in other runs, or in more of the same.
    TourWalk(const Session& session, const TourWalk& before);

    const model::TourStep& at() const { return tour.steps[step]; }
    const model::TourStop& stop() const { return stops[step]; }

    model::Tour tour;
    std::vector<model::TourStop> stops;  ///< by step
    std::string unfit;                   ///< why it is not for these runs; empty if it may be
    std::size_t step = 0;
    bool answered = false;
};

}  // namespace ws::view
