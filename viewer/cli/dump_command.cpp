// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/model/trace/describe.hpp"

namespace ws::cli {
namespace {

Json json_of(const model::Field& field) {
    Json json = {{"name", field.name}, {"text", field.text}, {"hex", field.hex.empty() ? Json() : Json(field.hex)}};
    if (!field.bits.empty()) json["bits"] = field.bits;
    if (!field.parts.empty()) {
        Json parts = Json::array();
        for (const model::Field& part : field.parts) parts.push_back(json_of(part));
        json["fields"] = std::move(parts);
    }
    return json;
}

Json json_of(const model::Trace& trace, model::EventIndex index) {
    const model::Event& event = trace.event(index);
    Json fields = Json::array();
    for (const model::Field& field : model::describe(trace, event)) fields.push_back(json_of(field));
    return {{"index", index},   {"cpu", event.cpu()},         {"raw", trace.raw(index)},
            {"net", event.net}, {"event", event.info().name}, {"fields", std::move(fields)}};
}

const model::EventInfo* kind_of(const std::string& name) {
    if (name.empty()) return nullptr;
    if (const model::EventInfo* info = model::find_event(name)) return info;
    std::string known;
    for (const model::EventInfo& info : model::event_infos()) known += " " + info.name;
    throw model::TraceError("--kind", fmt::format("no event is called {}; there are{}", name, known));
}

}  // namespace

int dump_command(const DumpArguments& arguments) {
    const model::EventInfo* kind = kind_of(arguments.kind);
    const model::Trace trace = open_trace(arguments.trace);
    const u64 events = trace.events().size();
    if (arguments.from >= events && arguments.from != 0) {
        throw model::TraceError(arguments.trace,
                                fmt::format("has no event {}: it has {}, numbered from 0", arguments.from, events));
    }
    if (arguments.json) fmt::print("{{\"events\": [");
    u64 printed = 0;
    for (u64 place = arguments.from; place < trace.events().size() && printed < arguments.count; ++place) {
        const auto index = static_cast<model::EventIndex>(place);
        const model::Event& event = trace.event(index);
        if (kind != nullptr && event.id() != kind->id) continue;
        if (arguments.json) {
            fmt::print("{}\n{}", printed == 0 ? "" : ",", json_of(trace, index).dump());
        } else {
            fmt::print("{:>8} cpu{} raw={:<12} net={:<12} {:24} {}\n", index, event.cpu(), trace.raw(index), event.net,
                       event.info().name, model::one_line(trace, event));
        }
        ++printed;
    }
    if (arguments.json && damage_of_opened().empty()) fmt::print("\n]}}\n");
    if (arguments.json && !damage_of_opened().empty()) {
        fmt::print("\n],\n\"damage\": {}}}\n", report::text_of(Json(damage_of_opened()), 2));
    }
    return 0;
}

}  // namespace ws::cli
