// SPDX-License-Identifier: Apache-2.0
// What every entry and every exit has to do for want of an optimisation. The parts are those of load and put, and of
// the split design's exits.
#pragma once

#include "../../arch/hw/barriers.hpp"
#include "../../cpu/cpu.hpp"
#include "../kernel_at_el2/deferred.hpp"
#include "../optimisations.hpp"
#include "../vhe/host_el1.hpp"

namespace ws::undeferred {

namespace {

using deferred::kGuestNames;
using trace::kHost;
using trace::restore;
using trace::save;
using trace::Step;
using trace::StepScope;
constexpr Optimisations on = kOptimisations;
/// EL1&0's registers or its stage 2.
constexpr bool kEl1ChangesAtExits = !on.deferred_state || !on.traps_left_on;

/// As in deferred.hpp; every_exit.hpp has turned the list registers off before.
WS_INLINE void save_vgic(VcpuContext& vcpu) {
    StepScope step(Step::save_vgic);
    save<kGuestNames>(vcpu.owner, vcpu.vgic);
}

WS_INLINE void leave_stage2() {
    StepScope step(Step::leave_stage2);
    trace::write_control<reg::VTTBR_EL2>(kHost, 0);
}

// ---- from the host to the guest ----

WS_INLINE void save_host(HostContext& host, const VcpuContext& vcpu) {
    if constexpr (!on.deferred_state) deferred::save_host_el1(host);
    if constexpr (!on.lazy_fp) deferred::save_host_fp(host);
    if (!on.lazy_debug && vcpu.debug_used) deferred::save_host_debug(host);
}

WS_INLINE void restore_guest(const VcpuContext& vcpu) {
    if constexpr (kEl1ChangesAtExits) hw::complete_walks();
    if constexpr (!on.traps_left_on) deferred::activate_traps(vcpu);
    if constexpr (!on.traps_left_on) deferred::enter_stage2(vcpu);
    if constexpr (!on.lists_when_used) deferred::restore_vgic(vcpu);
    if constexpr (!on.timer_left_alone) deferred::restore_timer(vcpu);
    if constexpr (!on.deferred_state) deferred::restore_el1(vcpu);
    if constexpr (!on.lazy_fp) deferred::restore_fp(vcpu);
    if (!on.lazy_debug && vcpu.debug_used) deferred::restore_debug(vcpu);
}

// ---- from the guest to the host ----

WS_INLINE void save_guest(VcpuContext& vcpu) {
    if constexpr (!on.timer_left_alone) deferred::save_timer(vcpu);
    if constexpr (!on.lists_when_used) save_vgic(vcpu);
    if constexpr (!on.deferred_state) deferred::save_el1(vcpu);
    if constexpr (!on.lazy_fp) deferred::save_fp(vcpu);
    if (!on.lazy_debug && vcpu.debug_used) deferred::save_debug(vcpu);
}

WS_INLINE void restore_host(HostContext& host, const VcpuContext& vcpu) {
    if constexpr (kEl1ChangesAtExits) hw::complete_walks();
    if constexpr (!on.traps_left_on) deferred::deactivate_traps(host);
    if constexpr (!on.traps_left_on) leave_stage2();
    if constexpr (!on.deferred_state) deferred::restore_host_el1(host);
    if constexpr (!on.lazy_fp) deferred::restore_host_fp(host);
    if (!on.lazy_debug && vcpu.debug_used) deferred::restore_host_debug(host);
}

// ---- the guest's general-purpose registers, and why it trapped ----

/// Without direct_state EL2 keeps them in a frame on each CPU, and the kernel works on a copy in the vCPU.
[[maybe_unused]] constinit VcpuContext shared_frames[trace::kMaxCpus]{};

template <class Part>
WS_INLINE void copy(Part& to, const Part& from) {
    hw::copy_words<sizeof(Part) / sizeof(u64)>(reinterpret_cast<u8*>(&to), reinterpret_cast<const u64*>(&from));
}

/// Where guest_entry.S is to move the registers: the vCPU itself.
WS_INLINE VcpuContext& frame_of(VcpuContext& vcpu) {
    if constexpr (on.direct_state) {
        return vcpu;
    } else {
        StepScope step(Step::restore_general_purpose);
        VcpuContext& frame = shared_frames[el2_cpu().id];
        frame.owner = vcpu.owner;
        copy(frame.general, vcpu.general);
        return frame;
    }
}

/// After the exit, from a frame that is not the vCPU.
WS_INLINE void take_frame(VcpuContext& vcpu, const VcpuContext& frame) {
    StepScope step(Step::save_general_purpose);
    copy(vcpu.general, frame.general);
    copy(vcpu.exit, frame.exit);
}

}  // namespace

}  // namespace ws::undeferred
