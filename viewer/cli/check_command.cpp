// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/laws/laws.hpp"

namespace ws::cli {
namespace {

Json json_of(const model::Trace& trace, const model::LawReport& law) {
    Json json = {{"law", law.law}, {"meaning", law.meaning}, {"checked", law.checked}, {"offences", law.offences}};
    if (law.offences == 0) return json;
    if (law.first_event == model::kNoEvent) {
        json["first_offence"] = {{"what", law.first_offence}};
        return json;
    }
    const model::Event& event = trace.event(law.first_event);
    json["first_offence"] = {{"index", law.first_event},          {"cpu", event.cpu()},
                             {"raw", trace.raw(law.first_event)}, {"net", event.net},
                             {"event", event.info().name},        {"what", law.first_offence}};
    return json;
}

void print_text(const model::Trace& trace, const model::CheckReport& report) {
    Table table({"law", "checked", "offences", ""});
    for (const model::LawReport& law : report.laws) {
        table.add({law.law, thousands(law.checked), thousands(law.offences), law.offences == 0 ? "holds" : "BROKEN"});
    }
    table.print();
    for (const model::LawReport& law : report.laws) {
        if (law.offences == 0) continue;
        if (law.first_event == model::kNoEvent) {
            fmt::print("\n{}: {}\n  {}\n", strong(law.law), law.meaning, law.first_offence);
            continue;
        }
        const model::Event& event = trace.event(law.first_event);
        fmt::print("\n{}: {}\n  first offence: event {}, {}, CPU {}, raw {}, net {}\n  {}\n", strong(law.law),
                   law.meaning, law.first_event, event.info().name, event.cpu(), thousands(trace.raw(law.first_event)),
                   event.net, law.first_offence);
    }
    for (const std::string& warning : report.warnings) fmt::print("warning: {}\n", warning);
}

}  // namespace

int check_command(const std::string& path, bool strict, bool json) {
    const model::Trace trace = open_trace(path);
    const model::CheckReport report = model::check(trace);
    const bool holds = report.holds() && !(strict && !report.warnings.empty());
    if (json) {
        Json laws = Json::array();
        for (const model::LawReport& law : report.laws) laws.push_back(json_of(trace, law));
        print_json({{"holds", holds},
                    {"laws", std::move(laws)},
                    {"warnings", report.warnings},
                    {"events", trace.events().size()},
                    {"events_discarded", report.events_discarded}});
    } else {
        print_text(trace, report);
        fmt::print("\n{}\n", holds ? "all laws hold" : "the trace breaks its laws");
    }
    return holds ? 0 : 1;
}

}  // namespace ws::cli
