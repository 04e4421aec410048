// SPDX-License-Identifier: Apache-2.0
// What back and forward lead to.
#pragma once

#include "viewer/model/trace/event_store.hpp"
#include "viewer/views/shared/tabs.hpp"

namespace ws::view {

/// What is shown: where back and forward lead.
struct Look {
    u32 kind;
    u32 stop;
    int side;
    model::EventIndex event;
    Tab tab;
    double from;
    double to;

    friend bool operator==(const Look&, const Look&) = default;
    /// Is it the same but for the stretch of the time line?
    bool same_but_moved(const Look& other) const {
        return kind == other.kind && stop == other.stop && side == other.side && event == other.event &&
               tab == other.tab;
    }
};

}  // namespace ws::view
