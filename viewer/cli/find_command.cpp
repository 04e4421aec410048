// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/model/code/event_location.hpp"
#include "viewer/model/find/find.hpp"
#include "viewer/model/trace/describe.hpp"

namespace ws::cli {

int find_command(const FindArguments& arguments) {
    const model::Query query = model::Query::parse(arguments.query);
    const model::Trace trace = open_trace(arguments.trace);
    const std::unique_ptr<const model::EventLocations> locations =
        query.needs_locations() ? std::make_unique<const model::EventLocations>(trace) : nullptr;
    const std::vector<model::EventIndex> found = model::find_events(trace, query, locations.get());
    const std::size_t shown = static_cast<std::size_t>(std::min<u64>(found.size(), arguments.count));
    if (arguments.json) {
        Json events = Json::array();
        for (std::size_t i = 0; i < shown; ++i) {
            const model::Event& event = trace.event(found[i]);
            events.push_back({{"index", found[i]},
                              {"cpu", event.cpu()},
                              {"net", event.net},
                              {"event", event.info().name},
                              {"text", model::one_line(trace, event)}});
        }
        print_json({{"query", arguments.query}, {"found", found.size()}, {"events", std::move(events)}});
        return 0;
    }
    for (std::size_t i = 0; i < shown; ++i) {
        const model::Event& event = trace.event(found[i]);
        fmt::print("{:>8} cpu{} net={:<12} {:24} {}\n", found[i], event.cpu(), event.net, event.info().name,
                   model::one_line(trace, event));
    }
    fmt::print("{} of {} events found{}\n", found.size(), trace.events().size(),
               shown < found.size() ? fmt::format(", the first {} shown", shown) : "");
    return 0;
}

}  // namespace ws::cli
