// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/explain/breakdown.hpp"

#include <algorithm>

namespace ws::model {
namespace {

/// Accesses to the physical interrupt controller that an event stands for: an interrupt is acknowledged and ended.
constexpr u32 kAccessesOfIrq = 2;
constexpr u32 kAccessesOfKick = 1;

/// What the blocks and control writes of a piece cost.
Millicycles cycles_of(const Moves& moves, const CostProfile& profile) {
    Millicycles cycles = 0;
    for (std::size_t c = 0; c < kRegisterClassCount; ++c) {
        const ClassCost& cost = profile.classes[c];
        cycles += moves.moved[c].saved * cost.save.each + moves.moved[c].restored * cost.restore.each +
                  moves.control_writes[c] * cost.write.each;
    }
    return cycles;
}

/// Adds one operation, or the beginning of one, to a breakdown.
class Adder {
  public:
    Adder(const Run& run, const CostProfile& profile, Breakdown& out) : run_(run), profile_(profile), out_(out) {}

    void add(const Operation& operation, EventIndex until) {
        const OperationEvents events = take_apart(run_, operation, until);
        const std::vector<i64> others = instructions_of_others(run_, events);
        for (std::size_t i = 0; i < others.size(); ++i) {
            const Segment& segment = events.segments[i];
            for (u32 place = segment.first; place < segment.last; ++place) look_at(events.events[place], segment);
            put(Part::other_cpus, {others[i], 0});
            add(segment, segment.end - segment.begin - others[i]);
        }
    }

  private:
    void put(Part part, const Figures& figures) {
        out_[part].figures += figures;
        out_.whole += figures;
    }

    /// What events cost by themselves.
    void look_at(EventIndex index, const Segment& segment) {
        const Event& event = run_.trace.event(index);
        if (event.is(trace::EventId::trap)) {
            ++out_.exceptions;
            put(Part::transitions, {0, profile_.exception.each});
        } else if (event.is(trace::EventId::eret)) {
            const auto eret = run_.trace.as<trace::payload::eret>(event);
            if (eret.owner == trace::kHost && el_of_spsr(eret.SPSR_EL2) == 1) ++out_.kernel_entries_at_el1;
            ++out_.returns;
            put(Part::transitions, {0, profile_.exception_return.each});
        } else if (event.is(trace::EventId::phase_begin) && segment.step == static_cast<u8>(trace::Step::run_user)) {
            ++out_.user_entries;
            put(Part::transitions, {0, profile_.exception.each + profile_.exception_return.each});
        } else if (event.is(trace::EventId::physical_irq)) {
            access_controller(kAccessesOfIrq);
        } else if (event.is(trace::EventId::kick)) {
            access_controller(kAccessesOfKick);
        }
    }

    void access_controller(u32 times) {
        out_.controller_accesses += times;
        put(Part::interrupt_controller, {0, times * profile_.controller_access.each});
    }

    void add(const Segment& segment, i64 instructions) {
        const StepPlace* const place = find_place(segment.step);
        const bool code = place == nullptr || place->priced == Priced::code;
        const Millicycles priced = code ? instructions * profile_.instruction.each : 0;
        if (code) out_.priced_instructions += instructions;
        const Part part = segment.part();
        const Figures figures{instructions, priced + cycles_of(segment.moves, profile_)};
        put(part, figures);
        PartFigures& sum = out_[part];
        sum.registers.saved += segment.moves.saved();
        sum.registers.restored += segment.moves.restored();
        sum.control_writes += segment.moves.written();
        if (place != nullptr) sum.code[place_in(*place, run_.trace, segment.outer != 0)] += figures;
    }

    const Run& run_;
    const CostProfile& profile_;
    Breakdown& out_;
};

}  // namespace

bool measurable(const Run& run, const ComparedPath& path) {
    const auto& all = run.operations.all();
    const Operation& first = all[path.operation];
    // Up to the kick is less than the whole: what is cut after it does no harm.
    const bool begins = first.measurable ||
                        (path.until != kNoEvent && first.stays == 1 && run.trace.measurable(first.first, path.until));
    return begins && (!path.second || all[*path.second].measurable);
}

u64 net_of(const Run& run, const ComparedPath& path) {
    const auto& all = run.operations.all();
    const Operation& first = all[path.operation];
    u64 net = first.net();
    if (path.until != kNoEvent) {
        const OperationEvents events = take_apart(run, first, path.until);
        net = events.times.empty() ? 0 : static_cast<u64>(std::max<i64>(events.times.back(), 0));
    }
    return net + (path.second ? all[*path.second].net() : 0);
}

Breakdown break_down(const Run& run, const ComparedPath& path, const CostProfile& profile) {
    Breakdown result;
    Adder adder(run, profile, result);
    const auto& all = run.operations.all();
    adder.add(all[path.operation], path.until);
    if (path.second) adder.add(all[*path.second], kNoEvent);
    return result;
}

}  // namespace ws::model
