// SPDX-License-Identifier: Apache-2.0
// A CPU's registers at an event: whose they are, what they hold, what the event changed.
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/registers/register_history.hpp"
#include "viewer/model/trace/describe.hpp"

namespace ws::cli {
namespace {

using model::HardwareRegister;
using model::MachineNow;
using model::owner_text;
using model::RegisterNow;
using model::value_text;

std::vector<model::Field> fields_of(const model::Trace& trace, const HardwareRegister& hardware,
                                    const RegisterNow& now) {
    if (hardware.sysreg == nullptr || now.certainty == model::Certainty::unknown) return {};
    return model::describe_register(*hardware.sysreg, now.value.low, trace.layout());
}

Json json_of(const model::Trace& trace, const HardwareRegister& hardware, const RegisterNow& now) {
    Json json = {{"register", hardware.name}, {"class", info(hardware.register_class).name}};
    json["owner"] = now.owner ? Json(trace.owner_name(*now.owner)) : Json();
    json["value"] = now.certainty == model::Certainty::unknown ? Json() : Json(model::hex(hardware, now.value));
    json["certainty"] = model::certainty_words(now.certainty);
    json["source"] = now.source == model::kNoEvent ? Json() : Json(now.source);
    return json;
}

Json json_of_fields(const std::vector<model::Field>& fields) {
    Json list = Json::array();
    for (const model::Field& field : fields) {
        list.push_back({{"name", field.name}, {"bits", field.bits}, {"text", field.text}, {"meaning", field.meaning}});
    }
    return list;
}

void print_head(const model::Trace& trace, model::EventIndex index, const MachineNow& now) {
    const model::Event& event = trace.event(index);
    fmt::print("event {} on CPU {}: {} {}\n", index, now.cpu, event.info().name, model::one_line(trace, event));
    if (now.world) {
        const bool in_el2 = *now.world == model::World::el2;
        fmt::print(
            "runs: {}{}\n", model::world_name(*now.world),
            in_el2 ? ", after a trap of " + trace.owner_name(*now.running) : ", " + trace.owner_name(*now.running));
    } else {
        fmt::print("runs: not known\n");
    }
}

void print_one(const model::Trace& trace, const HardwareRegister& hardware, const RegisterNow& now) {
    fmt::print("{}: {}\n  whose   {}\n  value   {} ({})\n", hardware.name, hardware.meaning, owner_text(trace, now),
               value_text(hardware, now), model::certainty_words(now.certainty));
    if (now.source != model::kNoEvent) fmt::print("  told by event {}\n", now.source);
    for (const model::Field& field : fields_of(trace, hardware, now)) {
        fmt::print("  {:>7} {:12} {:8} {}\n", field.bits, field.name, field.text, field.meaning);
    }
}

void print_all(const model::Trace& trace, const MachineNow& now) {
    Table table({"register", "whose", "value", "", "told by event"});
    const auto& all = model::hardware_registers();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].only_if_told && now.registers[i].certainty == model::Certainty::unknown) continue;
        if (i == 0 || all[i].register_class != all[i - 1].register_class) {
            table.add_heading({info(all[i].register_class).name});
        }
        const RegisterNow& one = now.registers[i];
        const bool known = one.certainty != model::Certainty::unknown;
        table.add({"  " + all[i].name, owner_text(trace, one), value_text(all[i], one),
                   known ? model::certainty_words(one.certainty) : "",
                   one.source == model::kNoEvent ? "" : fmt::format("{}", one.source)});
    }
    table.print();
}

void print_changes(const model::Trace& trace, const std::vector<model::RegisterChange>& changes) {
    fmt::print("\n{}\n", strong(changes.empty() ? "the event changed no register" : "changed by the event"));
    for (const model::RegisterChange& change : changes) {
        const HardwareRegister& hardware = model::hardware_registers()[change.place];
        fmt::print("  {:16} {} of {} -> {} of {}\n", hardware.name, value_text(hardware, change.before),
                   owner_text(trace, change.before), value_text(hardware, change.after),
                   owner_text(trace, change.after));
    }
}

Json json_of(const model::Trace& trace, model::EventIndex index, const MachineNow& now,
             const std::vector<model::RegisterChange>& changes) {
    Json json = {{"event", index}, {"cpu", now.cpu}, {"kind", trace.event(index).info().name}};
    json["world"] = now.world ? Json(model::world_name(*now.world)) : Json();
    json["running"] = now.running ? Json(trace.owner_name(*now.running)) : Json();
    Json list = Json::array();
    for (const model::RegisterChange& change : changes) {
        const HardwareRegister& hardware = model::hardware_registers()[change.place];
        list.push_back({{"register", hardware.name},
                        {"before", json_of(trace, hardware, change.before)},
                        {"after", json_of(trace, hardware, change.after)}});
    }
    json["changed"] = std::move(list);
    return json;
}

}  // namespace

int at_command(const AtArguments& arguments) {
    const model::RegisterPlace place =
        arguments.reg.empty() ? model::kNoRegister : model::find_hardware_register(arguments.reg);
    if (!arguments.reg.empty() && place == model::kNoRegister) {
        throw model::TraceError("--register", fmt::format("the trace tells of no register {}", arguments.reg));
    }
    const model::Trace trace = open_trace(arguments.trace);
    if (arguments.event >= trace.events().size()) {
        throw model::TraceError(arguments.trace, fmt::format("has no event {}: it has {}, numbered from 0",
                                                             arguments.event, trace.events().size()));
    }
    const auto index = static_cast<model::EventIndex>(arguments.event);
    const model::RegisterHistory machine(trace);
    const MachineNow now = machine.at(index);
    const auto changes = machine.changed_by(index);
    if (arguments.json) {
        Json json = json_of(trace, index, now, changes);
        Json list = Json::array();
        for (std::size_t i = 0; i < now.registers.size(); ++i) {
            if (place != model::kNoRegister && i != place) continue;
            const HardwareRegister& hardware = model::hardware_registers()[i];
            const bool unknown = now.registers[i].certainty == model::Certainty::unknown;
            if (hardware.only_if_told && unknown && i != place) continue;
            list.push_back(json_of(trace, hardware, now.registers[i]));
            list.back()["fields"] = json_of_fields(fields_of(trace, hardware, now.registers[i]));
        }
        json["registers"] = std::move(list);
        print_json(json);
        return 0;
    }
    print_head(trace, index, now);
    if (place != model::kNoRegister) {
        print_one(trace, model::hardware_registers()[place], now.registers[place]);
        return 0;
    }
    fmt::print("\n");
    print_all(trace, now);
    print_changes(trace, changes);
    return 0;
}

}  // namespace ws::cli
