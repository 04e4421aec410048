// SPDX-License-Identifier: Apache-2.0
// Registers that an event says were saved or restored: a whole class in a block, or one register by itself.
#pragma once

#include "viewer/model/trace/trace.hpp"

namespace ws::model {

struct RegisterMove {
    RegisterClass register_class;
    trace::Operation operation;
    trace::Owner owner;  ///< whose values
    u32 registers;       ///< how many

    bool is_save() const { return operation == trace::Operation::save; }
};

/// The class of a row of sysregs.def; `other` for a number that it does not have.
inline RegisterClass class_of_sysreg(SysregId id) {
    const auto row = static_cast<std::size_t>(id);
    return row < kSysregCount ? kSysregs[row].register_class : RegisterClass::other;
}

/// What the event moves, or nothing.
inline std::optional<RegisterMove> register_move(const Trace& trace, const Event& event) {
    if (const auto register_class = block_class(event)) {
        const auto block = trace.block(event);
        return RegisterMove{*register_class, block.operation, block.owner, event.info().registers};
    }
    if (!event.is(trace::EventId::register_move)) return std::nullopt;
    const auto move = trace.as<trace::payload::register_move>(event);
    return RegisterMove{class_of_sysreg(move.sysreg), move.operation, move.owner, 1};
}

}  // namespace ws::model
