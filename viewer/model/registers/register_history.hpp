// SPDX-License-Identifier: Apache-2.0
// What a CPU's registers hold after any event, as far as the trace tells: whose value it is, the value, and from which
// event that is known. Checkpoints make every moment of a long trace equally near.
#pragma once

#include <array>
#include <optional>

#include "viewer/model/registers/hardware_registers.hpp"
#include "viewer/model/trace/timeline.hpp"

namespace ws::model {

/// How well a register's value is known.
enum class Certainty : u8 {
    unknown,     ///< the trace does not tell
    exact,       ///< nothing that could change it ran since
    may_differ,  ///< it had this value; somebody who may have changed it ran since
};
/// `not known`, `exact`, `may have changed since`.
const char* certainty_words(Certainty certainty);

/// One register at one moment.
struct RegisterNow {
    std::optional<trace::Owner> owner;  ///< whose value it is; nothing where the trace does not tell
    Certainty certainty = Certainty::unknown;
    RegisterValue value;
    EventIndex source = kNoEvent;  ///< the event that tells
};

/// Whose the value is: `host`, `vCPU 0`, `not known`.
std::string owner_text(const Trace& trace, const RegisterNow& now);
/// The value in hexadecimal, or `not known`.
std::string value_text(const HardwareRegister& hardware, const RegisterNow& now);

/// One CPU at one moment.
struct MachineNow {
    u32 cpu = 0;
    std::optional<World> world;           ///< who runs; nothing before the first trap or eret
    std::optional<trace::Owner> running;  ///< whose code that is, or whose trap is being handled
    std::vector<RegisterNow> registers;   ///< by hardware_registers()
};

/// What an event did to a register.
struct RegisterChange {
    RegisterPlace place;
    RegisterNow before;
    RegisterNow after;
};

class RegisterHistory {
  public:
    /// Goes through the trace once.
    explicit RegisterHistory(const Trace& trace);

    /// The event's CPU just after it.
    MachineNow at(EventIndex event) const;
    /// The registers whose owner or value is another one after the event than before it.
    std::vector<RegisterChange> changed_by(EventIndex event) const;

  private:
    /// What tells of a CPU's registers: the latest event of each sort.
    struct Latest {
        Latest();
        std::array<EventIndex, kRegisterClassCount> block;
        std::array<EventIndex, kSysregCount> sysreg;  ///< written, or moved by itself
        EventIndex trap = kNoEvent;
        EventIndex eret = kNoEvent;  ///< to EL1 or EL0
    };

    void apply(Latest& latest, EventIndex index, const Event& event) const;
    /// The state after the first `count` events of a CPU.
    Latest after(u32 cpu, std::size_t count) const;
    MachineNow machine(u32 cpu, const Latest& latest) const;
    RegisterNow general_purpose(const Latest& latest, RegisterPlace place) const;
    RegisterNow moved(const Latest& latest, RegisterPlace place) const;
    RegisterNow of_move(const Latest& latest, EventIndex source, RegisterPlace place) const;
    RegisterNow of_write(EventIndex source) const;
    RegisterNow of_trap(EventIndex source, RegisterPlace place) const;

    const Trace& trace_;
    std::vector<std::vector<Latest>> checkpoints_;  ///< by CPU
};

}  // namespace ws::model
