// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/shared/search.hpp"

#include "viewer/model/find/find.hpp"

namespace ws::view {

Search::Search(const Session& session) : session_(session) {
    set_found(0, {});
}

void Search::set_found(int run_side, std::vector<model::EventIndex> events) {
    const model::Trace& trace = session_.run(run_side).trace;
    of_cpu_.assign(trace.cpus(), {});
    for (const model::EventIndex event : events) of_cpu_[trace.event(event).cpu()].push_back(event);
    found_ = std::move(events);
    side_ = run_side;
}

model::EventIndex Search::next(int selected_side, model::EventIndex selected, bool ahead) const {
    if (found_.empty()) return model::kNoEvent;
    if (selected_side != side_ || selected == model::kNoEvent) return found_.front();
    return ahead ? model::next_found(found_, selected) : model::previous_found(found_, selected);
}

}  // namespace ws::view
