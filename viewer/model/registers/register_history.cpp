// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/registers/register_history.hpp"

#include <algorithm>

#include "viewer/model/format/trap_registers.hpp"

namespace ws::model {
namespace {

constexpr std::size_t kCheckpointEvery = 4096;  // events of a CPU; a checkpoint takes some 600 bytes

bool later(EventIndex a, EventIndex b) { return a != kNoEvent && (b == kNoEvent || a > b); }

bool differs(const RegisterNow& a, const RegisterNow& b) {
    const bool known = a.certainty != Certainty::unknown && b.certainty != Certainty::unknown;
    return a.owner != b.owner || (known ? a.value != b.value : b.certainty != a.certainty);
}

}  // namespace

const char* certainty_words(Certainty certainty) {
    switch (certainty) {
        case Certainty::exact: return "exact";
        case Certainty::may_differ: return "may have changed since";
        case Certainty::unknown: break;
    }
    return "not known";
}

std::string owner_text(const Trace& trace, const RegisterNow& now) {
    return now.owner ? trace.owner_name(*now.owner) : "not known";
}

std::string value_text(const HardwareRegister& hardware, const RegisterNow& now) {
    return now.certainty == Certainty::unknown ? "not known" : hex(hardware, now.value);
}

RegisterHistory::Latest::Latest() {
    block.fill(kNoEvent);
    sysreg.fill(kNoEvent);
}

RegisterHistory::RegisterHistory(const Trace& trace) : trace_(trace), checkpoints_(trace.cpus()) {
    std::vector<Latest> latest(trace.cpus());
    std::vector<std::size_t> passed(trace.cpus(), 0);
    for (EventWalk walk(trace.store()); !walk.done(); walk.next()) {
        const u32 cpu = walk.cpu();
        if (passed[cpu]++ % kCheckpointEvery == 0) checkpoints_[cpu].push_back(latest[cpu]);
        apply(latest[cpu], walk.index(), walk.event());
    }
}

void RegisterHistory::apply(Latest& latest, EventIndex index, const Event& event) const {
    if (trace_.after_gap(index)) latest = {};
    if (const auto c = block_class(event)) {
        latest.block[static_cast<std::size_t>(*c)] = index;
    } else if (event.is(trace::EventId::control_write)) {
        const auto id = static_cast<std::size_t>(trace_.as<trace::payload::control_write>(event).sysreg);
        if (id < kSysregCount) latest.sysreg[id] = index;
    } else if (event.is(trace::EventId::register_move)) {
        const auto id = static_cast<std::size_t>(trace_.as<trace::payload::register_move>(event).sysreg);
        if (id < kSysregCount) latest.sysreg[id] = index;
    } else if (event.is(trace::EventId::trap)) {
        latest.trap = index;
    } else if (event.is(trace::EventId::eret)) {
        if (el_of_spsr(trace_.as<trace::payload::eret>(event).SPSR_EL2) < 2) latest.eret = index;
    }
}

RegisterHistory::Latest RegisterHistory::after(u32 cpu, std::size_t count) const {
    const auto& events = trace_.events_of(cpu);
    if (count == 0) return {};
    const std::size_t checkpoint = (count - 1) / kCheckpointEvery;
    Latest latest = checkpoints_[cpu][checkpoint];
    for (std::size_t i = checkpoint * kCheckpointEvery; i < count; ++i)
        apply(latest, events[i], trace_.event(events[i]));
    return latest;
}

MachineNow RegisterHistory::at(EventIndex event) const {
    const u32 cpu = trace_.event(event).cpu();
    const auto& events = trace_.events_of(cpu);
    const auto next = std::upper_bound(events.begin(), events.end(), event);
    return machine(cpu, after(cpu, static_cast<std::size_t>(next - events.begin())));
}

std::vector<RegisterChange> RegisterHistory::changed_by(EventIndex event) const {
    const u32 cpu = trace_.event(event).cpu();
    const auto& events = trace_.events_of(cpu);
    const auto here = std::lower_bound(events.begin(), events.end(), event);
    Latest latest = after(cpu, static_cast<std::size_t>(here - events.begin()));
    const MachineNow before = machine(cpu, latest);
    apply(latest, event, trace_.event(event));
    const MachineNow now = machine(cpu, latest);
    std::vector<RegisterChange> changes;
    for (RegisterPlace place = 0; place < now.registers.size(); ++place) {
        if (!differs(before.registers[place], now.registers[place])) continue;
        changes.push_back({place, before.registers[place], now.registers[place]});
    }
    return changes;
}

MachineNow RegisterHistory::machine(u32 cpu, const Latest& latest) const {
    MachineNow now;
    now.cpu = cpu;
    if (later(latest.trap, latest.eret)) {
        now.world = World::el2;
        now.running = trace_.as<trace::payload::trap>(trace_.event(latest.trap)).owner;
    } else if (latest.eret != kNoEvent) {
        const auto eret = trace_.as<trace::payload::eret>(trace_.event(latest.eret));
        const bool el1 = el_of_spsr(eret.SPSR_EL2) == 1;
        const bool host = eret.owner == trace::kHost;
        now.world = host ? (el1 ? World::host_el1 : World::host_el0) : (el1 ? World::guest_el1 : World::guest_el0);
        now.running = eret.owner;
    }
    const auto& all = hardware_registers();
    now.registers.reserve(all.size());
    for (RegisterPlace place = 0; place < all.size(); ++place) {
        now.registers.push_back(all[place].general_purpose() ? general_purpose(latest, place) : moved(latest, place));
    }
    return now;
}

RegisterNow RegisterHistory::of_move(const Latest& latest, EventIndex source, RegisterPlace place) const {
    const Event& event = trace_.event(source);
    const RegisterMove move = *register_move(trace_, event);
    RegisterNow now;
    now.owner = move.owner;
    for (const MovedValue& moved : moved_values(trace_, event)) {
        if (moved.place == place) now.value = moved.value;
    }
    now.source = source;
    const bool turned_off = move.is_save() && turned_off_after_save(move.register_class);
    // EL2 alone reaches those.
    const bool ran = later(latest.eret, source) && move.register_class != RegisterClass::return_state;
    now.certainty = turned_off || ran ? Certainty::may_differ : Certainty::exact;
    return now;
}

RegisterNow RegisterHistory::of_write(EventIndex source) const {
    const auto write = trace_.as<trace::payload::control_write>(trace_.event(source));
    return {write.owner, Certainty::exact, {write.new_value, 0}, source};
}

RegisterNow RegisterHistory::of_trap(EventIndex source, RegisterPlace place) const {
    const Event& event = trace_.event(source);
    const std::string& name = hardware_registers()[place].name;
    const Bytes payload = trace_.payload(event);
    for (const EventField& field : event.info().fields) {
        if (field.name != name || !filled_by(trace_.as<trace::payload::trap>(event), name)) continue;
        RegisterNow now{trace_.as<trace::payload::trap>(event).owner, Certainty::exact, {}, source};
        std::memcpy(&now.value.low, payload.data() + field.offset, sizeof(u64));
        return now;
    }
    return {};
}

/// X0 to X30 are of whoever runs. What they hold is known only where they were restored and nothing ran yet.
RegisterNow RegisterHistory::general_purpose(const Latest& latest, RegisterPlace place) const {
    EventIndex source = latest.block[static_cast<std::size_t>(RegisterClass::general)];
    const EventIndex other = latest.block[static_cast<std::size_t>(RegisterClass::callee_saved)];
    if (other != kNoEvent && later(other, source)) {
        const std::vector<RegisterPlace> kept = moved_registers(trace_, trace_.event(other));
        if (std::find(kept.begin(), kept.end(), place) != kept.end()) source = other;
    }
    const bool in_el2 = later(latest.trap, latest.eret);
    const EventIndex change = in_el2 ? latest.trap : latest.eret;
    RegisterNow now;
    if (change == kNoEvent) {
        if (source == kNoEvent) return now;
    } else {
        const Event& event = trace_.event(change);
        now.owner =
            in_el2 ? trace_.as<trace::payload::trap>(event).owner : trace_.as<trace::payload::eret>(event).owner;
    }
    const bool restored =
        source != kNoEvent && trace_.block(trace_.event(source)).operation == trace::Operation::restore;
    if (!later(source, change)) {
        // Their owner has run since, or was just trapped: what was restored for it is the last that is known.
        if (!restored || trace_.block(trace_.event(source)).owner != now.owner) return now;
        now = of_move(latest, source, place);
        now.certainty = Certainty::may_differ;
        return now;
    }
    if (!restored) {
        now.owner = trace::kHost;  // they are put away: the hypervisor's code uses them now
        return now;
    }
    now = of_move(latest, source, place);
    if (now.owner == trace::kHost) now.certainty = Certainty::may_differ;
    return now;
}

RegisterNow RegisterHistory::moved(const Latest& latest, RegisterPlace place) const {
    const HardwareRegister& hardware = hardware_registers()[place];
    EventIndex source = latest.block[static_cast<std::size_t>(hardware.register_class)];
    if (hardware.sysreg != nullptr) {
        const EventIndex alone = latest.sysreg[static_cast<std::size_t>(hardware.sysreg - kSysregs)];
        if (later(alone, source)) source = alone;
    }
    if (later(latest.trap, source)) {
        const RegisterNow filled = of_trap(latest.trap, place);
        if (filled.owner) return filled;
    }
    if (source == kNoEvent) return {};
    return trace_.event(source).is(trace::EventId::control_write) ? of_write(source) : of_move(latest, source, place);
}

}  // namespace ws::model
