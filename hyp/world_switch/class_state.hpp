// SPDX-License-Identifier: Apache-2.0
// The values of one class of registers, and how they are moved: the table says which registers, in which order.
#pragma once

#include <utility>

#include "../arch/hw/fp_registers.hpp"
#include "../arch/hw/sysreg_access.hpp"

namespace ws {

namespace detail {

constexpr std::size_t count_core_words(RegisterClass c) {
    std::size_t words = 0;
    for (const CoreRegisterInfo& row : kCoreRegisters) {
        if (row.register_class == c) words += row.bytes / sizeof(u64);
    }
    return words;
}

constexpr std::size_t count_sysregs(RegisterClass c) {
    std::size_t count = 0;
    for (const SysregInfo& row : kSysregs) count += row.register_class == c ? 1 : 0;
    return count;
}

/// The id of the class's n-th system register.
constexpr SysregId nth_sysreg(RegisterClass c, std::size_t n) {
    for (std::size_t i = 0; i < kSysregCount; ++i) {
        if (kSysregs[i].register_class == c && n-- == 0) return static_cast<SysregId>(i);
    }
    return static_cast<SysregId>(kSysregCount);
}

}  // namespace detail

/// The values of all registers of class `c` in table order: core registers first (16-byte ones take two words), then
/// system registers. The trace's register block has the same shape.
template <RegisterClass c>
struct ClassState {
    static constexpr std::size_t kCoreWords = detail::count_core_words(c);
    static constexpr std::size_t kSysregs = detail::count_sysregs(c);
    static constexpr std::size_t kWords = kCoreWords + kSysregs;

    u64 words[kWords];

    template <class Register>
    constexpr u64& value() {
        static_assert(Register::register_class == c);
        return words[index_of<Register>()];
    }
    template <class Register>
    constexpr u64 value() const {
        static_assert(Register::register_class == c);
        return words[index_of<Register>()];
    }

  private:
    template <class Register>
    static constexpr std::size_t index_of() {
        for (std::size_t i = 0; i < kSysregs; ++i) {
            if (detail::nth_sysreg(c, i) == Register::id) return kCoreWords + i;
        }
        return kWords;
    }
};

namespace detail {

// Two registers at a time: MRS MRS STP, LDP MSR MSR.
template <hw::GuestNames names, RegisterClass c, std::size_t i>
WS_INLINE void save_pair(ClassState<c>& state) {
    constexpr std::size_t at = ClassState<c>::kCoreWords + i;
    const u64 first = hw::read_guest<names, nth_sysreg(c, i)>();
    if constexpr (i + 1 < ClassState<c>::kSysregs) {
        const u64 second = hw::read_guest<names, nth_sysreg(c, i + 1)>();
        state.words[at] = first;
        state.words[at + 1] = second;
    } else {
        state.words[at] = first;
    }
}

template <hw::GuestNames names, RegisterClass c, std::size_t i>
WS_INLINE void restore_pair(const ClassState<c>& state) {
    constexpr std::size_t at = ClassState<c>::kCoreWords + i;
    const u64 first = state.words[at];
    if constexpr (i + 1 < ClassState<c>::kSysregs) {
        const u64 second = state.words[at + 1];
        hw::write_guest<names, nth_sysreg(c, i)>(first);
        hw::write_guest<names, nth_sysreg(c, i + 1)>(second);
    } else {
        hw::write_guest<names, nth_sysreg(c, i)>(first);
    }
}

}  // namespace detail

/// Saves the registers of a class, by the names through which this design's EL2 reaches a guest's. Those of FP/SIMD:
/// CPTR_EL2 must let EL2 use them. The general-purpose ones are guest_entry.S's.
template <hw::GuestNames names, RegisterClass c>
WS_INLINE void save_registers(ClassState<c>& state) {
    static_assert(ClassState<c>::kCoreWords == 0 || c == RegisterClass::fp);
    if constexpr (c == RegisterClass::fp) hw::save_v_registers(state.words);
    [&]<std::size_t... pair>(std::index_sequence<pair...>) WS_INLINE_LAMBDA {
        (detail::save_pair<names, c, 2 * pair>(state), ...);
    }(std::make_index_sequence<(ClassState<c>::kSysregs + 1) / 2>{});
}

template <hw::GuestNames names, RegisterClass c>
WS_INLINE void restore_registers(const ClassState<c>& state) {
    static_assert(ClassState<c>::kCoreWords == 0 || c == RegisterClass::fp);
    if constexpr (c == RegisterClass::fp) hw::restore_v_registers(state.words);
    [&]<std::size_t... pair>(std::index_sequence<pair...>) WS_INLINE_LAMBDA {
        (detail::restore_pair<names, c, 2 * pair>(state), ...);
    }(std::make_index_sequence<(ClassState<c>::kSysregs + 1) / 2>{});
}

}  // namespace ws
