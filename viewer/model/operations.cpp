// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "hyp/arch/syndrome.hpp"
#include "viewer/model/describe.hpp"

namespace ws::model {
namespace {

/// The four kinds of vector, in their order within each group of four (Arm ARM D1.3.1.1).
enum class VectorKind : u8 { sync, irq, fiq, serror };

VectorKind kind_of_vector(u8 vector) {
    return static_cast<VectorKind>(vector & 3);
}

/// What an exception is called, before a hypercall's name is known.
std::string kind_of_trap(const trace::payload::trap& trap) {
    switch (kind_of_vector(trap.vector)) {
        case VectorKind::irq:
            return "IRQ";
        case VectorKind::fiq:
            return "FIQ";
        case VectorKind::serror:
            return "SERROR";
        case VectorKind::sync:
            break;
    }
    const u64 esr = trap.ESR_EL2;
    switch (ec_of(esr)) {
        case Ec::SYS64:
        case Ec::WFx:
            return esr_summary(esr);
        case Ec::DABT_LOW:
            return fmt::format("{} {}", exception_class_name(static_cast<u8>(Ec::DABT_LOW)),
                               iss::dabt::WnR.get(esr) != 0 ? "write" : "read");
        default:
            return exception_class_name(static_cast<u8>(ec_of(esr)));
    }
}

/// What a trapped HVC or SMC is called once the hypervisor has decoded it.
std::string kind_of_hypercall(u64 esr, u64 function) {
    const char* const instruction = ec_of(esr) == Ec::SMC64 ? "SMC" : "HVC";
    if (const char* name = hypercall_name(function)) return fmt::format("hypercall {}", name);
    return fmt::format("hypercall ({}, unhandled)", instruction);
}

}  // namespace

/// Walks one CPU after the other, with at most one operation open.
class OperationFinder {
  public:
    OperationFinder(const Trace& trace, Operations& out) : trace_(trace), out_(out) {}

    void run() {
        for (u32 cpu = 0; cpu < trace_.cpus(); ++cpu) {
            for (const EventIndex index : trace_.events_of(cpu)) {
                if (trace_.after_gap(index)) abandon();
                take(index, trace_.event(index));
            }
            abandon();
        }
        std::sort(out_.all_.begin(), out_.all_.end(),
                  [](const Operation& a, const Operation& b) { return a.first < b.first; });
    }

  private:
    void take(EventIndex index, const Event& event) {
        if (event.is(trace::EventId::trap)) return take_trap(index, event, trace_.as<trace::payload::trap>(event));
        if (!open_) return;
        if (event.is(trace::EventId::eret)) return take_eret(index, event, trace_.as<trace::payload::eret>(event));
        if (event.is(trace::EventId::phase_begin)) {
            spend_until(event.net);
            stack_.push_back(static_cast<u8>(trace_.as<trace::payload::phase_begin>(event).step));
        } else if (event.is(trace::EventId::phase_end)) {
            spend_until(event.net);
            leave_phase(static_cast<u8>(trace_.as<trace::payload::phase_end>(event).step));
        } else if (event.is(trace::EventId::control_write)) {
            const auto write = trace_.as<trace::payload::control_write>(event);
            ++current_.control_writes;
            if (write.old_value != write.new_value) ++current_.control_changes;
        } else if (event.is(trace::EventId::hypercall)) {
            kind_ = kind_of_hypercall(current_.esr, trace_.as<trace::payload::hypercall>(event).function);
        } else if (const auto register_class = block_class(event)) {
            count_block(event, *register_class);
        }
    }

    void take_trap(EventIndex index, const Event& event, const trace::payload::trap& trap) {
        if (trap.owner != trace::kHost) {
            abandon();  // a trap whose eret is missing; check tells
            begin(index, event, trap);
        }
        if (!open_) return;
        spend_until(event.net);
        ++current_.traps;
        current_.els_crossed += 2 - el_of_spsr(trap.SPSR_EL2);
    }

    void take_eret(EventIndex index, const Event& event, const trace::payload::eret& eret) {
        spend_until(event.net);
        stack_.clear();  // an eret ends every phase
        current_.els_crossed += 2 - el_of_spsr(eret.SPSR_EL2);
        if (eret.owner == trace::kHost) return;
        current_.last = index;
        current_.end = event.net;
        current_.resumed = eret.owner == current_.owner;
        current_.kind = number_of_kind(current_.resumed ? kind_ : kind_ + ", then another vCPU");
        out_.all_.push_back(current_);
        open_ = false;
    }

    void begin(EventIndex index, const Event& event, const trace::payload::trap& trap) {
        current_ = {};
        current_.first = current_.last = index;
        current_.begin = current_.end = event.net;
        // ESR_EL2 is not written when an interrupt is taken: what it holds then says nothing (Arm ARM D1.3.4).
        current_.esr = kind_of_vector(trap.vector) == VectorKind::sync ? u64{trap.ESR_EL2} : 0;
        current_.elr = trap.ELR_EL2;
        current_.owner = trap.owner;
        current_.cpu = static_cast<u8>(event.cpu());
        kind_ = kind_of_trap(trap);
        spent_until_ = event.net;
        stack_.clear();
        open_ = true;
    }

    void abandon() {
        if (open_) ++out_.unfinished_;
        open_ = false;
    }

    void spend_until(i64 net) {
        if (net > spent_until_) {
            const std::size_t step = stack_.empty() || stack_.back() > kMaxStep ? 0 : stack_.back();
            current_.steps[step] += static_cast<u32>(std::min<i64>(net - spent_until_, 0xffff'ffff));
        }
        spent_until_ = net;
    }

    void leave_phase(u8 step) {
        const auto found = std::find(stack_.rbegin(), stack_.rend(), step);
        if (found != stack_.rend()) stack_.erase(found.base() - 1, stack_.end());
    }

    void count_block(const Event& event, RegisterClass register_class) {
        Moved& moved = current_.registers[static_cast<std::size_t>(register_class)];
        const bool save = trace_.block(event).operation == trace::Operation::save;
        (save ? moved.saved : moved.restored) += event.info().registers;
    }

    /// The number of a kind's name. Past a limit that no real run comes near, all share one.
    KindId number_of_kind(const std::string& name) {
        static constexpr std::size_t kMostKinds = 10000;
        if (out_.kinds_.size() == kMostKinds && numbers_.count(name) == 0) return static_cast<KindId>(kMostKinds - 1);
        const auto [place, added] = numbers_.try_emplace(name, static_cast<KindId>(out_.kinds_.size()));
        if (added) out_.kinds_.push_back(name);
        return place->second;
    }

    const Trace& trace_;
    Operations& out_;
    Operation current_{};
    std::string kind_;
    std::vector<u8> stack_;  ///< steps of the open phases, the innermost last
    i64 spent_until_ = 0;    ///< net time up to which `steps` is filled
    bool open_ = false;
    std::map<std::string, KindId> numbers_;
};

Operations Operations::find(const Trace& trace) {
    Operations operations;
    OperationFinder(trace, operations).run();
    return operations;
}

const Operation* Operations::at(const Trace& trace, EventIndex event) const {
    // Operations of several CPUs may overlap in the common order: look back over as many as there are CPUs.
    auto after = std::upper_bound(all_.begin(), all_.end(), event,
                                  [](EventIndex index, const Operation& operation) { return index < operation.first; });
    const u32 cpu = trace.event(event).cpu();
    while (after != all_.begin()) {
        --after;
        if (after->cpu == cpu) return event <= after->last ? &*after : nullptr;
    }
    return nullptr;
}

std::vector<std::pair<std::string, u64>> by_cause(const Operation& operation) {
    std::vector<std::pair<std::string, u64>> causes;
    for (const StepInfo& step : step_infos()) {
        const auto same = [&step](const auto& cause) { return cause.first == step.cause; };
        auto place = std::find_if(causes.begin(), causes.end(), same);
        if (place == causes.end()) place = causes.insert(causes.end(), {step.cause, 0});
        place->second += operation.steps[step.number];
    }
    causes.emplace_back("outside", operation.steps[0]);
    return causes;
}

const char* hypercall_name(u64 function) {
    switch (function) {
#define HYPERCALL(function, name, meaning) \
    case function:                         \
        return #name;
#include "hyp/trace/format/hypercalls.def"
#undef HYPERCALL
        default:
            return nullptr;
    }
}

}  // namespace ws::model
