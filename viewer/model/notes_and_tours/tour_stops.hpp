// SPDX-License-Identifier: Apache-2.0
// Where the steps of a tour are in two runs: the operation of each and the event. The window goes by this, and wstrace
// tells it.
#pragma once

#include "viewer/model/notes_and_tours/tour.hpp"
#include "viewer/model/operations/operation_stops.hpp"

namespace ws::model {

/// What a step comes to.
struct TourStop {
    u32 kind = 0;  ///< row of the comparison
    u32 stop = 0;  ///< of OperationStops::kind
    EventIndex event = kNoEvent;
    std::string problem;            ///< why that is not there, or a figure of the text, in one line; empty if all is
    std::vector<std::string> text;  ///< the step's, with the figures of these runs (tour_figures.hpp), as the next two
    std::vector<std::string> question;
    std::vector<std::string> answer;

    bool is_there() const { return event != kNoEvent; }
};

/// The stops of all steps.
std::vector<TourStop> find_tour_stops(const Tour& tour, const Run& a, const Run& b, const Comparison& comparison,
                                      const OperationStops& browse);

/// Why the tour is not for these two runs, in one line; empty if it may be.
std::string unfit_for_tour(const Tour& tour, const Run& a, const Run& b);

}  // namespace ws::model
