// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/format/event_info.hpp"

#include <algorithm>
#include <array>

namespace ws::model {
namespace {

/// A field as events.def gives it; place_fields() adds where its bytes are.
EventField make_field(FieldType type, std::string name, std::string meaning, std::size_t bytes,
                      const SysregInfo* sysreg = nullptr) {
    return {type, std::move(name), std::move(meaning), static_cast<u32>(bytes), 0, sysreg};
}

void place_fields(EventInfo& event) {
    event.bytes = 0;
    for (EventField& field : event.fields) {
        field.offset = event.bytes;
        event.bytes += field.bytes;
    }
}

EventInfo make_block(RegisterClass register_class) {
    const RegisterClassInfo& row = info(register_class);
    EventInfo event{trace::kFirstBlockId + static_cast<u32>(register_class),
                    std::string("registers_") + row.name,
                    trace::Level::full,
                    std::string("saved or restored: ") + row.meaning,
                    {},
                    0,
                    0,
                    register_class};
    event.fields.push_back(make_field(FieldType::operation, "operation", "save or restore", 1));
    event.fields.push_back(make_field(FieldType::owner, "owner", "whose registers", 1));
    for (const CoreRegisterInfo& core : kCoreRegisters) {
        if (core.register_class != register_class) continue;
        const FieldType type = core.bytes == 16 ? FieldType::register128 : FieldType::register64;
        event.fields.push_back(make_field(type, core.name, core.meaning, core.bytes));
    }
    for (const SysregInfo& sysreg : kSysregs) {
        if (sysreg.register_class != register_class) continue;
        event.fields.push_back(make_field(FieldType::register64, sysreg.name, sysreg.meaning, sizeof(u64), &sysreg));
    }
    event.registers = static_cast<u32>(event.fields.size() - 2);
    return event;
}

std::vector<EventInfo> make_event_infos() {
    std::vector<EventInfo> events = {
#define EVENT_FIELD(type, name, meaning) make_field(FieldType::type, #name, meaning, sizeof(trace::field_type::type)),
#define EVENT(id, name, level, meaning, ...) \
    EventInfo{id, #name, trace::Level::level, meaning, {__VA_ARGS__}, 0, 0, std::nullopt},
#include "hyp/trace/format/events.def"
#undef EVENT
#undef EVENT_FIELD
    };
    for (std::size_t i = 0; i < kRegisterClassCount; ++i) {
        if (kRegisterClasses[i].moved_as == MovedAs::block) events.push_back(make_block(static_cast<RegisterClass>(i)));
    }
    for (EventInfo& event : events) place_fields(event);
    std::sort(events.begin(), events.end(), [](const EventInfo& a, const EventInfo& b) { return a.id < b.id; });
    return events;
}

}  // namespace

const std::vector<EventInfo>& event_infos() {
    static const std::vector<EventInfo> events = make_event_infos();
    return events;
}

const EventInfo* find_event(u32 id) {
    static const std::vector<const EventInfo*> by_id = [] {
        std::vector<const EventInfo*> table;
        for (const EventInfo& event : event_infos()) {
            if (table.size() <= event.id) table.resize(event.id + 1);
            table[event.id] = &event;
        }
        return table;
    }();
    return id < by_id.size() ? by_id[id] : nullptr;
}

const EventInfo* find_event(const std::string& name) {
    for (const EventInfo& event : event_infos()) {
        if (event.name == name) return &event;
    }
    return nullptr;
}

const EventInfo* find_block(RegisterClass register_class) {
    return find_event(trace::kFirstBlockId + static_cast<u32>(register_class));
}

const std::vector<StepInfo>& step_infos() {
    static const std::vector<StepInfo> steps = {
#define STEP(number, name, part, meaning) {number, #name, #part, meaning},
#include "hyp/trace/format/steps.def"
#undef STEP
    };
    return steps;
}

const StepInfo* find_step(u8 number) {
    for (const StepInfo& step : step_infos()) {
        if (step.number == number) return &step;
    }
    return nullptr;
}

const char* vector_name(u8 vector) {
    static constexpr std::array names = {
        "current_el_sp0_sync",   "current_el_sp0_irq",   "current_el_sp0_fiq",   "current_el_sp0_serror",
        "current_el_spx_sync",   "current_el_spx_irq",   "current_el_spx_fiq",   "current_el_spx_serror",
        "lower_el_aarch64_sync", "lower_el_aarch64_irq", "lower_el_aarch64_fiq", "lower_el_aarch64_serror",
        "lower_el_aarch32_sync", "lower_el_aarch32_irq", "lower_el_aarch32_fiq", "lower_el_aarch32_serror"};
    return vector < names.size() ? names[vector] : nullptr;
}

const std::vector<EnumerationInfo>& enumeration_infos() {
    static const std::vector<EnumerationInfo> enumerations = {
#define ENUMERATOR(number, name, meaning) {number, #name, meaning},
#define ENUMERATION(type, Type, meaning, ...) {FieldType::type, #type, meaning, {__VA_ARGS__}},
#include "hyp/trace/format/enumerations.def"
#undef ENUMERATION
#undef ENUMERATOR
    };
    return enumerations;
}

const EnumerationInfo* find_enumeration(FieldType type) {
    for (const EnumerationInfo& enumeration : enumeration_infos()) {
        if (enumeration.type == type) return &enumeration;
    }
    return nullptr;
}

const EnumeratorInfo* find_enumerator(FieldType type, u8 number) {
    const EnumerationInfo* enumeration = find_enumeration(type);
    if (enumeration == nullptr) return nullptr;
    for (const EnumeratorInfo& row : enumeration->enumerators) {
        if (row.number == number) return &row;
    }
    return nullptr;
}

}  // namespace ws::model
