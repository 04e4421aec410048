// SPDX-License-Identifier: Apache-2.0
// The laws on the order of events: traps and erets, phases, hypercalls, time.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hyp/arch/syndrome.hpp"
#include "viewer/model/format/trap_registers.hpp"
#include "viewer/model/laws/laws.hpp"
#include "viewer/model/trace/describe.hpp"
#include "viewer/model/trace/open_steps.hpp"
#include "viewer/model/trace/timeline.hpp"

namespace ws::model {
namespace {

/// Vectors below this one are for exceptions from EL2 itself (Arm ARM D1.3.1.1).
constexpr u8 kFirstLowerVector = 8;

class TrapsAndErets : public Law {
  public:
    explicit TrapsAndErets(const Trace& trace)
        : Law(trace, "traps_and_erets_alternate",
              "each trap has its eret, each eret its trap; only EL2's own exceptions nest") {}

    void gap(u32 cpu) override { cpus_[cpu] = {}; }

    void take(EventIndex index, const Event& event) override {
        Cpu& cpu = cpus_[event.cpu()];
        if (event.is(trace::EventId::trap)) take_trap(cpu, index, trace().as<trace::payload::trap>(event).vector);
        if (event.is(trace::EventId::eret)) take_eret(cpu, index, trace().as<trace::payload::eret>(event).SPSR_EL2);
    }

  private:
    struct Cpu {
        bool known = false;  ///< has there been a trap or an eret?
        u64 depth = 0;       ///< traps without their eret
        EventIndex last = kNoEvent;
    };

    void take_trap(Cpu& cpu, EventIndex index, u8 vector) {
        const bool nested = vector < kFirstLowerVector;
        test(!cpu.known || nested || cpu.depth == 0, index, [&] {
            return fmt::format(
                "a trap from a lower exception level, while EL2 has not returned from the trap of event {}", cpu.last);
        });
        cpu.depth = nested ? cpu.depth + 1 : 1;
        cpu.known = true;
        cpu.last = index;
    }

    void take_eret(Cpu& cpu, EventIndex index, u64 spsr) {
        test(!cpu.known || cpu.depth != 0, index,
             [&] { return fmt::format("an eret without a trap since the eret of event {}", cpu.last); });
        cpu.depth = el_of_spsr(spsr) == 2 && cpu.depth != 0 ? cpu.depth - 1 : 0;
        cpu.known = true;
        cpu.last = index;
    }

    std::array<Cpu, trace::kMaxCpus> cpus_{};
};

class EnteredIsWhoTraps : public Law {
  public:
    explicit EnteredIsWhoTraps(const Trace& trace)
        : Law(trace, "entered_is_who_traps", "whom an eret entered is who traps next on that CPU") {}

    void gap(u32 cpu) override { entered_[cpu] = kNobody; }

    void take(EventIndex index, const Event& event) override {
        int& entered = entered_[event.cpu()];
        if (event.is(trace::EventId::eret)) {
            entered = trace().as<trace::payload::eret>(event).owner;
        } else if (event.is(trace::EventId::trap)) {
            const trace::Owner owner = trace().as<trace::payload::trap>(event).owner;
            if (entered != kNobody) {
                test(owner == entered, index, [&] {
                    return fmt::format("{} traps, but {} was entered", trace().owner_name(owner),
                                       trace().owner_name(static_cast<trace::Owner>(entered)));
                });
            }
            entered = kNobody;
        }
    }

  private:
    static constexpr int kNobody = -1;
    std::array<int, trace::kMaxCpus> entered_ = [] {
        std::array<int, trace::kMaxCpus> nobody{};
        nobody.fill(kNobody);
        return nobody;
    }();
};

class PhasesNest : public Law {
  public:
    explicit PhasesNest(const Trace& trace)
        : Law(trace, "phases_nest",
              "in each thread a phase ends before the one it is in; an eret ends those begun since its trap") {}

    void gap(u32 cpu) override { threads_.on(cpu) = {}; }

    void take(EventIndex index, const Event& event) override {
        if (event.is(trace::EventId::schedule)) {
            const auto schedule = trace().as<trace::payload::schedule>(event);
            threads_.schedule(event.cpu(), schedule.previous, schedule.next);
            return;
        }
        Thread& thread = threads_.on(event.cpu());
        if (event.is(trace::EventId::phase_begin)) {
            thread.steps.begin(static_cast<u8>(trace().as<trace::payload::phase_begin>(event).step));
        } else if (event.is(trace::EventId::phase_end)) {
            take_end(thread, index, static_cast<u8>(trace().as<trace::payload::phase_end>(event).step));
        } else if (event.is(trace::EventId::trap)) {
            thread.steps.trap();
        } else if (event.is(trace::EventId::eret)) {
            thread.steps.eret(trace().as<trace::payload::eret>(event).owner);
            thread.sure = true;
        }
    }

  private:
    struct Thread {
        OpenSteps steps;
        bool sure = false;  ///< until the first eret phases may be open that nobody saw begin
    };

    static std::string name(u8 step) {
        const StepInfo* info = find_step(step);
        return info != nullptr ? info->name : fmt::format("step {}", unsigned{step});
    }

    void take_end(Thread& thread, EventIndex index, u8 step) {
        const auto& open = thread.steps.open();
        if (open.empty() && !thread.sure) return;
        test(!open.empty() && open.back() == step, index, [&] {
            return open.empty() ? fmt::format("{} ends, but no phase is open", name(step))
                                : fmt::format("{} ends while {} is open in it", name(step), name(open.back()));
        });
        thread.steps.end(step);
    }

    Threads<Thread> threads_;
};

class TimeRunsForward : public Law {
  public:
    explicit TimeRunsForward(const Trace& trace)
        : Law(trace, "time_runs_forward",
              "neither the raw nor the net clock of a CPU ever runs back, nor raw less its own recorder's") {}

    void take(EventIndex index, const Event& event) override {
        // It stands before an event that may have happened a few instructions earlier: a trap's time is its vector's.
        if (event.is(trace::EventId::clock_epoch)) return;
        Cpu& cpu = cpus_[event.cpu()];
        // With several CPUs the reader holds the net clock where the others' recorders would set it back. A mistake of
        // a CPU's own recorder still shows in this one.
        const u64 raw = trace().raw(index);
        const i64 own = trace().own_net(index);
        if (cpu.known && !trace().shared_clock()) {
            // Without -icount the clock ticks while several instructions run: net may be off by a tick.
            test(raw >= cpu.raw, index, [&] { return fmt::format("raw goes from {} to {}", cpu.raw, raw); });
        } else if (cpu.known) {
            test(raw >= cpu.raw && event.net >= cpu.net && own >= cpu.own, index, [&] {
                return fmt::format(
                    "raw goes from {} to {}, net from {} to {}, raw less its own recorder's from {} to {}", cpu.raw,
                    raw, cpu.net, event.net, cpu.own, own);
            });
        }
        cpu = {raw, event.net, own, true};
    }

  private:
    struct Cpu {
        u64 raw = 0;
        i64 net = 0;
        i64 own = 0;
        bool known = false;
    };
    std::array<Cpu, trace::kMaxCpus> cpus_{};
};

class HypercallsInTraps : public Law {
  public:
    explicit HypercallsInTraps(const Trace& trace)
        : Law(trace, "hypercalls_are_in_traps",
              "a hypercall, a PSCI call or a mark comes between its vCPU's trap by HVC or SMC and the eret to it, "
              "while "
              "its CPU is the vCPU's") {}

    /// Whoever was on that CPU may have trapped and gone elsewhere.
    void gap(u32 cpu) override {
        cpus_[cpu] = {};
        last_trap_.fill(std::nullopt);
    }

    void take(EventIndex index, const Event& event) override {
        Cpu& cpu = cpus_[event.cpu()];
        if (event.is(trace::EventId::trap)) {
            const auto trap = trace().as<trace::payload::trap>(event);
            if (trap.owner == trace::kHost) return;
            cpu = {true, trap.owner};
            last_trap_[trap.owner] = trap;
        } else if (event.is(trace::EventId::eret)) {
            const trace::Owner owner = trace().as<trace::payload::eret>(event).owner;
            if (owner != trace::kHost) cpu = {true, trace::kHost};
        } else if (event.is(trace::EventId::schedule)) {
            cpu = {true, trace().as<trace::payload::schedule>(event).next};
        } else if (event.is(trace::EventId::hypercall)) {
            take_call(cpu, index, trace().as<trace::payload::hypercall>(event).owner);
        } else if (event.is(trace::EventId::psci)) {
            take_call(cpu, index, trace().as<trace::payload::psci>(event).owner);
        } else if (event.is(trace::EventId::mark) && !trace().from_outside()) {  // there the guest need not call
            take_call(cpu, index, trace().as<trace::payload::mark>(event).owner);
        }
    }

  private:
    struct Cpu {
        bool known = false;
        trace::Owner owner = trace::kHost;  ///< the vCPU that trapped and was not entered again
    };

    static bool is_call(const trace::payload::trap& trap) {
        const Ec ec = ec_of(trap.ESR_EL2);
        return is_synchronous(trap) && (ec == Ec::HVC64 || ec == Ec::SMC64);
    }

    void take_call(const Cpu& cpu, EventIndex index, trace::Owner owner) {
        if (!cpu.known) return;
        const std::optional<trace::payload::trap>& last = last_trap_[cpu.owner];
        const bool by_call = !last || is_call(*last);
        test(owner == cpu.owner && by_call, index, [&] {
            const std::string caller = trace().owner_name(owner);
            if (cpu.owner == trace::kHost) return fmt::format("{} is said to call, but no guest has trapped", caller);
            return fmt::format("{} is said to call, but the last trap is of {} by {}", caller,
                               trace().owner_name(cpu.owner), last ? trap_class(*last) : "an unknown cause");
        });
    }

    std::array<Cpu, trace::kMaxCpus> cpus_{};
    std::array<std::optional<trace::payload::trap>, 256> last_trap_{};  ///< by owner
};

}  // namespace

std::vector<std::unique_ptr<Law>> make_flow_laws(const Trace& trace) {
    std::vector<std::unique_ptr<Law>> laws;
    laws.push_back(std::make_unique<TrapsAndErets>(trace));
    laws.push_back(std::make_unique<EnteredIsWhoTraps>(trace));
    laws.push_back(std::make_unique<PhasesNest>(trace));
    laws.push_back(std::make_unique<TimeRunsForward>(trace));
    laws.push_back(std::make_unique<HypercallsInTraps>(trace));
    return laws;
}

}  // namespace ws::model
