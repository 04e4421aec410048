// SPDX-License-Identifier: Apache-2.0
#include "debug_registers.hpp"

#include "../world_switch/design.hpp"
#include "../world_switch/stays_in_cpu.hpp"

namespace ws {

namespace {

constexpr SysregEncoding kMdscr = info(SysregId::MDSCR_EL1).encoding;

/// The breakpoint register with this encoding: where its value is, in the CPU or in the vCPU.
template <SysregId id, std::size_t at>
struct Place {
    static u64 read(const VcpuContext& context) {
        if constexpr (kDebugStaysInCpu) {
            return hw::read<id>();
        } else {
            return context.breakpoints.words[at];
        }
    }
    static void write(VcpuContext& context, u64 value) {
        if constexpr (kDebugStaysInCpu) {
            hw::write<id>(value);
        } else {
            context.breakpoints.words[at] = value;
        }
    }
};

/// Calls f.template operator()<Place>() for the register with this encoding.
template <class F>
bool for_encoding(SysregEncoding encoding, F f) {
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
        return ([&] {
            constexpr SysregId id = detail::nth_sysreg(RegisterClass::breakpoints, i);
            if (info(id).encoding != encoding) return false;
            f.template operator()<Place<id, BreakpointState::kCoreWords + i>>();
            return true;
        }() || ...);
    }(std::make_index_sequence<BreakpointState::kSysregs>{});
}

void take_own(VcpuContext& context) {
    if (!context.debug_used) ThisDesign::load_debug(context);
}

}  // namespace

bool is_debug_register(SysregEncoding encoding) {
    return encoding == kMdscr || for_encoding(encoding, []<class P>() {});
}

u64 read_debug_register(VcpuContext& context, SysregEncoding encoding) {
    take_own(context);
    u64 value = context.debug.value<reg::MDSCR_EL1>();  // which every exit saves
    for_encoding(encoding, [&]<class P>() { value = P::read(context); });
    return value;
}

void write_debug_register(VcpuContext& context, SysregEncoding encoding, u64 value) {
    take_own(context);
    if (encoding == kMdscr) context.debug.value<reg::MDSCR_EL1>() = value;
    for_encoding(encoding, [&]<class P>() { P::write(context, value); });
}

}  // namespace ws
