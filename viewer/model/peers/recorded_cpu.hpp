// SPDX-License-Identifier: Apache-2.0
// What the converter knows of one CPU while it goes through the raw log, and how that becomes events.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "viewer/model/peers/call_stack.hpp"
#include "viewer/model/peers/event_stream.hpp"
#include "viewer/model/peers/raw_log_reader.hpp"
#include "viewer/model/trace/open_steps.hpp"

namespace ws::model {

class RecordedCpu {
  public:
    RecordedCpu(Peer peer, const Symbols& symbols, TraceWriter& writer, u32 cpu)
        : out(writer, cpu), at_el1(peer, symbols), at_el2(peer, symbols), peer_(peer) {}

    /// A window begins: nothing is known any more but what registers hold.
    void forget();
    CallStack& stack() { return el == 2 ? at_el2 : at_el1; }

    template <class Payload>
    void emit(u64 time, const Payload& payload) {
        if (synced) out.emit(time, payload);
    }
    void emit_block(u64 time, RegisterClass c, trace::Operation operation, trace::Owner of,
                    const std::vector<u64>& values) {
        if (synced) out.emit_block(time, c, operation, of, values);
    }
    void take_trap(u64 time, const trace::payload::trap& trap);
    void take_eret(u64 time, const trace::payload::eret& eret);
    /// Begins and ends phases so that those are open that the call stack says.
    void follow_steps(u64 time);
    /// Ends all phases.
    void end_steps(u64 time);
    /// The host's user program runs, below a kernel at EL1, or has run.
    void run_user(u64 time, bool begins);

    /// Is an address in the context of the vCPU?
    bool in_vcpu(u64 address) const;
    u64 known_value(SysregId id) const;
    /// Is a function of this name on the stack at EL2?
    bool in_call_of(std::string_view function) const;

    EventStream out;
    CallStack at_el1;  ///< the host's kernel
    CallStack at_el2;
    bool synced = false;  ///< is it known since when what ran belongs together? Only then events are told
    unsigned el = 0;
    bool in_guest = false;
    bool given_up = false;              ///< KVM has left EL2 to the kernel's stub, as a host does that shuts down
    trace::Owner owner = trace::kHost;  ///< the vCPU that is, or was last, on this CPU
    u64 vcpu = 0;                       ///< its structure's address
    std::map<SysregId, u64> known;
    std::set<SysregId> written;  ///< events have told of writes, so those of all further ones follow
    std::map<u64, u64> read;     ///< by encoding: what was read last
    std::optional<std::array<u64, raw::kGeneralRegisters>> not_saved;  ///< of a guest that has trapped
    std::set<SysregId> in_frame;  ///< of that guest's: what was read to be kept on the stack, since it trapped
    u64 guest_sp_el0 = 0;

  private:
    void set_steps(u64 time, const std::vector<u8>& wanted);

    Peer peer_;
    OpenSteps open_;
};

}  // namespace ws::model
