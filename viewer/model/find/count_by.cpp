// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/find/count_by.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "viewer/model/trace/describe.hpp"
#include "viewer/model/trace/register_move.hpp"

namespace ws::model {
namespace {

using Value = std::optional<std::string>;
using ValueOf = std::function<Value(const Trace& trace, const Event& event)>;

Value class_of(const Trace& trace, const Event& event) {
    if (event.is(trace::EventId::trap)) return trap_class(trace.as<trace::payload::trap>(event));
    if (event.is(trace::EventId::control_write)) {
        return info(class_of_sysreg(trace.as<trace::payload::control_write>(event).sysreg)).name;
    }
    if (const auto move = register_move(trace, event)) return info(move->register_class).name;
    return std::nullopt;
}

/// By a kind's id: the place of its field of this name, if it has one.
std::vector<std::optional<std::size_t>> places_of(const std::string& name) {
    std::vector<std::optional<std::size_t>> places(event_infos().back().id + 1);
    for (const EventInfo& info : event_infos()) {
        for (std::size_t place = 0; place < info.fields.size(); ++place) {
            if (info.fields[place].name == name) places[info.id] = place;
        }
    }
    return places;
}

ValueOf field_named(const std::string& name) {
    const auto places = places_of(name);
    if (std::none_of(places.begin(), places.end(), [](const auto& place) { return place.has_value(); })) {
        throw QueryError(1,
                         fmt::format("no event has a field {}; there are event, cpu, class, and the fields' names that "
                                     "wstrace dump prints, such as owner, sysreg or ELR_EL2",
                                     name));
    }
    return [places](const Trace& trace, const Event& event) -> Value {
        const auto& place = places[event.id()];
        if (!place) return std::nullopt;
        const Field field = describe(trace, event)[*place];
        return field.hex.empty() ? Value() : Value(field.text);
    };
}

ValueOf value_of(const std::string& by) {
    if (by == "event") return [](const Trace&, const Event& event) -> Value { return event.info().name; };
    if (by == "cpu") return [](const Trace&, const Event& event) -> Value { return fmt::format("{}", event.cpu()); };
    if (by == "class") return class_of;
    return field_named(by);
}

}  // namespace

Groups count_by(const Trace& trace, const std::vector<EventIndex>& events, const std::string& by) {
    const ValueOf of = value_of(by);
    std::map<std::string, Group> groups;
    Groups result;
    for (const EventIndex index : events) {
        const Value value = of(trace, trace.event(index));
        if (value) {
            ++groups.try_emplace(*value, Group{*value, 0, index}).first->second.count;
        } else {
            ++result.without;
        }
    }
    for (auto& [value, group] : groups) result.groups.push_back(std::move(group));
    std::stable_sort(result.groups.begin(), result.groups.end(),
                     [](const Group& a, const Group& b) { return a.count > b.count; });
    return result;
}

}  // namespace ws::model
