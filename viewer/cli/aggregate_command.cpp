// SPDX-License-Identifier: Apache-2.0
// `wstrace aggregate`: events that a query holds for, counted by one of their fields.
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/code/event_location.hpp"
#include "viewer/model/find/count_by.hpp"

namespace ws::cli {
namespace {

std::string percent(u64 part, u64 whole) {
    return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

void print_as_text(const AggregateArguments& arguments, const model::Groups& groups, u64 found) {
    Table table({arguments.by, "events", "share", "first"});
    for (const model::Group& group : groups.groups) {
        table.add({group.value, thousands(group.count), percent(group.count, found), fmt::format("{}", group.first)});
    }
    if (groups.without != 0) {
        table.add({"without " + arguments.by, thousands(groups.without), percent(groups.without, found)});
    }
    table.add_heading({"all", thousands(found)});
    table.print();
}

}  // namespace

int aggregate_command(const AggregateArguments& arguments) {
    const model::Query query = model::Query::parse(arguments.query);
    const model::Trace trace = open_trace(arguments.trace);
    const std::unique_ptr<const model::EventLocations> locations =
        query.needs_locations() ? std::make_unique<const model::EventLocations>(trace) : nullptr;
    const std::vector<model::EventIndex> found = model::find_events(trace, query, locations.get());
    const model::Groups groups = model::count_by(trace, found, arguments.by);
    if (!arguments.json) {
        print_as_text(arguments, groups, found.size());
        return 0;
    }
    Json list = Json::array();
    for (const model::Group& group : groups.groups) {
        list.push_back({{"value", group.value}, {"count", group.count}, {"first", group.first}});
    }
    print_json({{"query", arguments.query},
                {"by", arguments.by},
                {"found", found.size()},
                {"without", groups.without},
                {"groups", std::move(list)}});
    return 0;
}

}  // namespace ws::cli
