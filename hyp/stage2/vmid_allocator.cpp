// SPDX-License-Identifier: Apache-2.0
#include "vmid_allocator.hpp"

namespace ws {

namespace {

bool same(const VmidSlot& a, const VmidSlot& b) { return a.generation == b.generation && a.vmid == b.vmid; }

}  // namespace

bool VmidAllocator::open(u32 vmids, u32 cpus) {
    // When a generation begins, all CPUs but one may keep a number, and that one needs one; 0 makes one more.
    if (cpus == 0 || cpus > kMaxCpus || vmids < cpus + 1 || vmids > kMaxVmids) return false;
    for (VmidSlot& running : running_) running = {};
    generation_ = 0;
    vmids_ = vmids;
    begin_generation();
    return true;
}

Vmid VmidAllocator::use(VmidSlot& slot, u32 cpu, bool& forget_all) {
    forget_all = false;
    running_[cpu] = {};
    if (slot.generation != generation_) {
        if (is_running(slot)) {
            // Another vCPU of this VM has run since an older generation: the number was kept for it.
            for (VmidSlot& running : running_) {
                if (same(running, slot)) running.generation = generation_;
            }
        } else {
            u32 number = find_free();
            if (number == 0) {
                begin_generation();
                forget_all = true;
                number = find_free();
            }
            take(number);
            slot.vmid = Vmid{static_cast<u16>(number)};
        }
        slot.generation = generation_;
    }
    running_[cpu] = slot;
    return slot.vmid;
}

/// Within a generation a number has one VM, so number and generation tell VMs apart.
bool VmidAllocator::is_running(const VmidSlot& slot) const {
    for (const VmidSlot& running : running_) {
        if (slot.generation != 0 && same(running, slot)) return true;
    }
    return false;
}

/// All numbers are free again but for those that CPUs run with at this moment: they go on filling their TLBs with them.
void VmidAllocator::begin_generation() {
    ++generation_;
    for (u64& word : taken_) word = 0;
    for (const VmidSlot& running : running_) {
        if (running.generation != 0) take(static_cast<u32>(running.vmid));
    }
    next_ = 1;
}

u32 VmidAllocator::find_free() {
    while (next_ < vmids_ && is_taken(next_)) ++next_;
    return next_ < vmids_ ? next_ : 0;
}

}  // namespace ws
