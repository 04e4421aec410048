// SPDX-License-Identifier: Apache-2.0
// Which interrupts go into the list registers when there are more than list
// registers.
#pragma once

#include "interrupt_controller.hpp"

namespace ws::vgic {

/// The first few by priority, pending and active ones alike, lower INTID first
/// among equals. When there are more, the first pending one of each group has a
/// place all the same: active ones of higher priority must not keep it out, for
/// the guest may have dropped their priority (EOImode 1), and it may have
/// switched either group off at its CPU interface.
struct InterruptController::Shortlist {
    static constexpr u32 kNone = ~u32{0};

    u32 keys[kListRegisters];
    u32 used = 0;
    u32 first_pending[2] = {kNone, kNone};
    u32 pending = 0;
    u32 active = 0;

    static u32 key(u8 priority, u32 intid) { return u32{priority} << 16 | intid; }
    static u32 intid(u32 key) { return key & 0xffff; }

    void add_pending(u32 key, u32 group) {
        pending++;
        if (key < first_pending[group]) first_pending[group] = key;
        add(key);
    }
    void add_active(u32 key) {
        active++;
        add(key);
    }
    /// After the last one.
    void make_room() {
        if (pending + active <= kListRegisters) return;
        const bool first = first_pending[1] < first_pending[0];
        ensure(first_pending[first]);
        ensure(first_pending[!first]);
    }

  private:
    void add(u32 key) {
        if (used == kListRegisters && key > keys[used - 1]) return;
        u32 at = used == kListRegisters ? used - 1 : used++;
        for (; at > 0 && keys[at - 1] > key; at--) keys[at] = keys[at - 1];
        keys[at] = key;
    }
    /// Puts `key` at the end in place of the last one that has no right to its
    /// place, if it is not there.
    void ensure(u32 key) {
        if (key == kNone || key <= keys[used - 1]) return;
        u32 at = used - 1;
        while (keys[at] == first_pending[0] || keys[at] == first_pending[1]) at--;
        for (; at + 1 < used; at++) keys[at] = keys[at + 1];
        keys[at] = key;
    }
};

}  // namespace ws::vgic
