// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/peers/recorded_cpu.hpp"

#include <algorithm>

namespace ws::model {
namespace {

/// The structure of a vCPU is smaller than this, and two are further apart.
constexpr u64 kMostOfVcpu = 0x4000;

constexpr u8 number(trace::Step step) { return static_cast<u8>(step); }

}  // namespace

void RecordedCpu::forget() {
    at_el1.clear();
    at_el2.clear();
    open_.clear();
    read.clear();
    not_saved.reset();
    synced = false;
}

void RecordedCpu::take_trap(u64 time, const trace::payload::trap& trap) {
    if (!synced) return;
    out.emit(time, trap);
    open_.trap();
}

void RecordedCpu::take_eret(u64 time, const trace::payload::eret& eret) {
    if (!synced) return;
    out.emit(time, eret);
    open_.eret(eret.owner);
}

void RecordedCpu::set_steps(u64 time, const std::vector<u8>& wanted) {
    if (!synced) return;
    const std::vector<u8> open = open_.open();
    std::size_t same = 0;
    while (same < open.size() && same < wanted.size() && open[same] == wanted[same]) ++same;
    for (std::size_t i = open.size(); i > same; --i) {
        if (open[i - 1] == number(trace::Step::save_general_purpose) && not_saved) {
            std::vector<u64> values(not_saved->begin(), not_saved->end());
            values.push_back(guest_sp_el0);
            out.emit_block(time, RegisterClass::general, trace::Operation::save, owner, values);
            not_saved.reset();
        }
        out.emit(time, trace::payload::phase_end{static_cast<trace::Step>(open[i - 1])});
        open_.end(open[i - 1]);
    }
    for (std::size_t i = same; i < wanted.size(); ++i) {
        out.emit(time, trace::payload::phase_begin{static_cast<trace::Step>(wanted[i])});
        open_.begin(wanted[i]);
    }
}

void RecordedCpu::follow_steps(u64 time) {
    if (in_guest || el == 0) return;
    std::vector<u8> wanted = stack().steps();
    // Whatever else a kernel does in which KVM is, it does for an exit; nVHE has nothing but its switch at EL2.
    const bool kernel = el == 1 || peer_ != Peer::nvhe;
    if (kernel && !stack().has_row()) wanted = {number(trace::Step::handle_exit)};
    set_steps(time, wanted);
}

void RecordedCpu::end_steps(u64 time) { set_steps(time, {}); }

void RecordedCpu::run_user(u64 time, bool begins) {
    set_steps(time, begins ? std::vector<u8>{number(trace::Step::run_user)} : std::vector<u8>{});
}

bool RecordedCpu::in_vcpu(u64 address) const {
    return peer_ == Peer::xen || (vcpu != 0 && address >= vcpu && address - vcpu < kMostOfVcpu);
}

bool RecordedCpu::in_call_of(std::string_view function) const {
    for (std::size_t frame = 0; frame < at_el2.frames().size(); ++frame) {
        if (at_el2.function(frame) == function) return true;
    }
    return false;
}

u64 RecordedCpu::known_value(SysregId id) const {
    const auto found = known.find(id);
    return found == known.end() ? 0 : found->second;
}

}  // namespace ws::model
