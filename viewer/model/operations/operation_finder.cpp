// SPDX-License-Identifier: Apache-2.0
// Finds the operations of a trace: walks the events of all CPUs in the order of time.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "hyp/arch/syndrome.hpp"
#include "viewer/model/format/call_names.hpp"
#include "viewer/model/format/trap_registers.hpp"
#include "viewer/model/operations/operations.hpp"
#include "viewer/model/trace/describe.hpp"
#include "viewer/model/trace/open_steps.hpp"
#include "viewer/model/trace/register_move.hpp"

namespace ws::model {
namespace {

constexpr const char* kIrq = "IRQ";

/// What an exception is called, before what the hypervisor does tells more of it.
std::string kind_of_trap(const trace::payload::trap& trap) {
    switch (exception_kind(trap.vector)) {
        case ExceptionKind::irq: return kIrq;
        case ExceptionKind::fiq: return "FIQ";
        case ExceptionKind::serror: return "SERROR";
        case ExceptionKind::synchronous: break;
    }
    const u64 esr = trap.ESR_EL2;
    switch (ec_of(esr)) {
        case Ec::SYS64: return esr_summary(esr);
        case Ec::WFx: return wfx_name(esr);
        case Ec::DABT_LOW:
            return fmt::format("{} {}", exception_class_name(static_cast<u8>(Ec::DABT_LOW)),
                               iss::dabt::WnR.get(esr) != 0 ? "write" : "read");
        default: return exception_class_name(static_cast<u8>(ec_of(esr)));
    }
}

/// What a trapped HVC or SMC is called once the hypervisor has decoded it.
std::string kind_of_hypercall(u64 esr, u64 function) {
    const char* const instruction = ec_of(esr) == Ec::SMC64 ? "SMC" : "HVC";
    if (const char* name = hypercall_name(function)) return fmt::format("hypercall {}", name);
    return fmt::format("hypercall ({}, unhandled)", instruction);
}

std::string kind_of_psci(u64 function) {
    const char* name = psci_name(function);
    return name != nullptr ? fmt::format("psci {}", name) : "psci (unknown function)";
}

std::string kind_of_mmio(const trace::payload::mmio& mmio) {
    if (mmio.device == trace::Device::none) return fmt::format("mmio {}, refused", name_of(mmio.access));
    return fmt::format("mmio {} {}", name_of(mmio.access), name_of(mmio.device));
}

}  // namespace

class OperationFinder {
  public:
    OperationFinder(const Trace& trace, Operations& out) : trace_(trace), out_(out) {}

    void run(const Progress& progress) {
        for (EventWalk walk(trace_.store()); !walk.done(); walk.next()) {
            const EventIndex index = walk.index();
            const Event event = walk.event();
            if (index % kEventsATell == 0) tell(progress, static_cast<double>(index) / trace_.store().size());
            if (trace_.after_gap(index)) abandon_after_gap(event.cpu());
            take(index, event);
        }
        for (Open& open : open_) abandon(open);
        out_.order_stays(trace_.cpus());
    }

  private:
    /// A vCPU's operation that has not ended.
    struct Open {
        bool open = false;
        bool away = false;
        Operation operation{};
        MovedRegisters::Array registers{};
        StepTimes::Array times{};
        std::string kind;
        OpenSteps steps;
        i64 spent_until = 0;  ///< net time up to which `steps` of the operation is filled; since when it is away
        std::vector<Stay> stays;
    };

    /// The operation that this CPU works on, or null.
    Open* working_on(u32 cpu) {
        Open& open = open_[current_[cpu]];
        return current_[cpu] != trace::kHost && open.open && !open.away && open.stays.back().cpu == cpu ? &open
                                                                                                        : nullptr;
    }

    void take(EventIndex index, const Event& event) {
        if (event.is(trace::EventId::trap)) return take_trap(index, event, trace_.as<trace::payload::trap>(event));
        if (event.is(trace::EventId::eret)) return take_eret(index, event, trace_.as<trace::payload::eret>(event));
        if (event.is(trace::EventId::schedule)) {
            return take_schedule(index, event, trace_.as<trace::payload::schedule>(event));
        }
        Open* const open = working_on(event.cpu());
        if (open == nullptr) return;
        if (event.is(trace::EventId::phase_begin)) {
            spend_until(*open, event.net);
            open->steps.begin(static_cast<u8>(trace_.as<trace::payload::phase_begin>(event).step));
        } else if (event.is(trace::EventId::phase_end)) {
            spend_until(*open, event.net);
            open->steps.end(static_cast<u8>(trace_.as<trace::payload::phase_end>(event).step));
        } else if (event.is(trace::EventId::control_write)) {
            const auto write = trace_.as<trace::payload::control_write>(event);
            ++open->operation.control_writes;
            if (write.old_value != write.new_value) ++open->operation.control_changes;
        } else if (const auto move = register_move(trace_, event)) {
            Moved& moved = open->registers[static_cast<std::size_t>(move->register_class)];
            (move->is_save() ? moved.saved : moved.restored) += move->registers;
        } else {
            name(*open, event);
        }
    }

    /// What the hypervisor does says best what the guest trapped for.
    void name(Open& open, const Event& event) const {
        const u64 esr = open.operation.esr;
        if (event.is(trace::EventId::hypercall)) {
            open.kind = kind_of_hypercall(esr, trace_.as<trace::payload::hypercall>(event).function);
        } else if (event.is(trace::EventId::psci)) {
            open.kind = kind_of_psci(trace_.as<trace::payload::psci>(event).function);
        } else if (event.is(trace::EventId::mmio)) {
            open.kind = kind_of_mmio(trace_.as<trace::payload::mmio>(event));
        } else if (event.is(trace::EventId::stage2_map)) {
            if (ec_of(esr) == Ec::DABT_LOW || ec_of(esr) == Ec::IABT_LOW) open.kind = "stage2 fault";
        } else if (event.is(trace::EventId::physical_irq) && open.kind == kIrq) {
            open.kind = fmt::format("{} {}", kIrq, u32{trace_.as<trace::payload::physical_irq>(event).intid});
        }
    }

    void take_trap(EventIndex index, const Event& event, const trace::payload::trap& trap) {
        if (trap.owner != trace::kHost) {
            // Traps whose eret is missing; check tells.
            if (Open* const open = working_on(event.cpu())) abandon(*open);
            abandon(open_[trap.owner]);
            begin(index, event, trap);
        }
        Open* const open = working_on(event.cpu());
        if (open == nullptr) return;
        spend_until(*open, event.net);
        open->steps.trap();
        ++open->operation.traps;
        open->operation.els_crossed += 2 - el_of_spsr(trap.SPSR_EL2);
    }

    void take_eret(EventIndex index, const Event& event, const trace::payload::eret& eret) {
        if (Open* const open = working_on(event.cpu())) {
            spend_until(*open, event.net);
            open->steps.eret(eret.owner);
            open->operation.els_crossed += 2 - el_of_spsr(eret.SPSR_EL2);
        }
        if (eret.owner == trace::kHost) return;
        if (Open* const open = working_on(event.cpu())) finish(*open, index, event, eret.owner);
        if (Open& entered = open_[eret.owner]; entered.open) {  // entered without having been scheduled; check tells
            come_back(entered, index, event);
            finish(entered, index, event, eret.owner);
        }
        current_[event.cpu()] = eret.owner;
    }

    void take_schedule(EventIndex index, const Event& event, const trace::payload::schedule& schedule) {
        if (Open* const open = working_on(event.cpu())) leave(*open, index, event);
        current_[event.cpu()] = schedule.next;
        if (schedule.next != trace::kHost && open_[schedule.next].open) come_back(open_[schedule.next], index, event);
    }

    void begin(EventIndex index, const Event& event, const trace::payload::trap& trap) {
        Open& open = open_[trap.owner];
        open = {};
        open.open = true;
        open.kind = kind_of_trap(trap);
        open.spent_until = event.net;
        open.stays.push_back({index, index, 0, static_cast<u8>(event.cpu())});
        Operation& operation = open.operation;
        operation.first = operation.last = index;
        operation.begin = operation.end = event.net;
        operation.esr = has_syndrome(trap.vector) ? u64{trap.ESR_EL2} : 0;
        operation.elr = trap.ELR_EL2;
        operation.owner = trap.owner;
        operation.cpu = static_cast<u8>(event.cpu());
        current_[event.cpu()] = trap.owner;
    }

    /// The vCPU is taken off its CPU.
    static void leave(Open& open, EventIndex index, const Event& event) {
        spend_until(open, event.net);
        open.stays.back().last = index;
        open.away = true;
    }

    /// The vCPU is on a CPU again.
    void come_back(Open& open, EventIndex index, const Event& event) {
        // Nobody said that it left the other CPU: then it left with that CPU's latest event that was its own.
        if (!open.away) open.stays.back().last = std::max(open.stays.back().last, open.stays.back().first);
        open.operation.away += event.net - open.spent_until;
        open.spent_until = event.net;
        open.away = false;
        open.stays.push_back({index, index, 0, static_cast<u8>(event.cpu())});
    }

    void finish(Open& open, EventIndex index, const Event& event, trace::Owner entered) {
        Operation& operation = open.operation;
        if (trace_.damaged_between(operation.first, index)) return abandon(open);
        open.stays.back().last = index;
        operation.last = index;
        operation.end = event.net;
        operation.end_cpu = static_cast<u8>(event.cpu());
        operation.measurable = std::all_of(open.stays.begin(), open.stays.end(), [this](const Stay& stay) {
            return trace_.measurable(stay.first, stay.last);
        });
        if (!operation.measurable) ++out_.not_measurable_;
        operation.resumed = entered == operation.owner;
        operation.kind = number_of_kind(operation.resumed ? open.kind : open.kind + ", then another vCPU");
        operation.first_stay = static_cast<u32>(out_.stays_.size());
        operation.stays = static_cast<u32>(open.stays.size());
        out_.stays_.insert(out_.stays_.end(), open.stays.begin(), open.stays.end());
        operation.registers = out_.store_.keep(open.registers);
        operation.steps = out_.store_.keep(open.times);
        out_.all_.push_back(operation);
        open.open = false;
    }

    void abandon(Open& open) {
        if (open.open) ++out_.unfinished_;
        open.open = false;
    }

    /// What was away may have come back in the gap.
    void abandon_after_gap(u32 cpu) {
        if (Open* const open = working_on(cpu)) abandon(*open);
        for (Open& open : open_) {
            if (open.away) abandon(open);
        }
        current_[cpu] = trace::kHost;
    }

    static void spend_until(Open& open, i64 net) {
        if (net > open.spent_until) {
            const std::size_t step = open.steps.innermost() > kMaxStep ? 0 : open.steps.innermost();
            open.times[step] += static_cast<u32>(std::min<i64>(net - open.spent_until, 0xffff'ffff));
        }
        open.spent_until = net;
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
    std::vector<Open> open_ = std::vector<Open>(256);      ///< by owner
    std::array<trace::Owner, trace::kMaxCpus> current_{};  ///< whose thread or guest runs on a CPU
    std::map<std::string, KindId> numbers_;
};

Operations Operations::find(const Trace& trace, const Progress& progress) {
    Operations operations;
    OperationFinder(trace, operations).run(progress);
    return operations;
}

}  // namespace ws::model
