// SPDX-License-Identifier: Apache-2.0
#include "guest_memory.hpp"

#include "../arch/hw/maintenance.hpp"
#include "../arch/hw/zero_memory.hpp"
#include "../base/panic.hpp"
#include "../trace/points.hpp"
#include "../world_switch/design.hpp"
#include "memory_pool.hpp"
#include "this_design.hpp"
#include "upcalls.hpp"

namespace ws {

namespace {

constexpr u64 kPage = Stage2::kPageBytes;
constexpr u64 kBlock = Stage2::kBlockBytes;

Ipa round_down(Ipa ipa, u64 unit) { return Ipa(ipa.value & ~(unit - 1)); }

void record_map(const Vcpu& vcpu, Ipa ipa, Pa pa, u64 bytes, Stage2::Rights rights) {
    using Event = trace::payload::stage2_map;
    trace::event_made<trace::At::kernel, Event>(
        [&]() WS_INLINE_LAMBDA { return Event{ipa.value, pa.value, bytes, vcpu.owner, rights.bits()}; });
}

u64 block_of(Ipa ipa) { return (ipa - Vm::kMemoryStart) / kBlock; }

/// Calls `f` with each block that [ipa, ipa + bytes) touches, and with the part of the range that lies in it.
template <class F>
void for_each_block(Ipa ipa, u64 bytes, F f) {
    for (u64 done = 0, part; done < bytes; done += part) {
        const Ipa at = ipa + done;
        const u64 to_end = round_down(at, kBlock) + kBlock - at;
        part = to_end < bytes - done ? to_end : bytes - done;
        f(block_of(at), at, part);
    }
}

u8* address_of(const Vm& vm, Ipa ipa) { return reinterpret_cast<u8*>((vm.memory + (ipa - Vm::kMemoryStart)).value); }

/// For a guest whose caches are off.
void clean(const Vm& vm, Ipa ipa, u64 bytes) {
    hw::clean_to_memory(HostVa(reinterpret_cast<u64>(address_of(vm, ipa))), bytes);
}

/// False: the block was given out before. The memory's lock is held.
bool give_out_block(Vm& vm, u64 block) {
    if (vm.given.has(block)) return false;
    const Ipa start = Vm::kMemoryStart + block * kBlock;
    const u64 rest = vm.memory_bytes - block * kBlock, bytes = rest < kBlock ? rest : kBlock;
    hw::zero_memory(address_of(vm, start), bytes);
    clean(vm, start, bytes);
    map_for_vmm(*vm.process, start, vm.memory + block * kBlock, bytes);
    vm.given.add(block);
    return true;
}

/// Maps the block around `ipa`, or if there is no room for one, the page. It is not mapped; the memory's lock is held.
bool map_around(Vcpu& vcpu, Ipa ipa, u64 hole) {
    Vm& vm = *vcpu.vm;
    const bool block = hole >= kBlock && vm.is_memory(round_down(ipa, kBlock), kBlock);
    const u64 bytes = block ? kBlock : kPage;
    const Ipa start = round_down(ipa, bytes);
    const Pa pa = vm.memory + (start - Vm::kMemoryStart);
    const bool first = give_out_block(vm, block_of(start));
    // What the VMM has written there, or the guest before its machine was reset, must be in memory too, for a guest
    // whose caches are off (KVM: user_mem_abort). A page in a broken block is one that was released, and is.
    const bool released = !block && vm.is_memory(round_down(ipa, kBlock), kBlock);
    if (!first && !released) clean(vm, start, bytes);
    if (!vm.stage2.map(start, pa, bytes, Stage2::kAllRights)) return false;
    record_map(vcpu, start, pa, bytes, Stage2::kAllRights);
    return true;
}

bool allows(Stage2::Rights has, Stage2::Rights wanted) {
    return (!wanted.read || has.read) && (!wanted.write || has.write) && (!wanted.execute || has.execute);
}

void note_rights_taken(Vm& vm) { __atomic_fetch_add(&vm.rights_taken, 1, __ATOMIC_RELAXED); }

/// The memory's lock is held.
bool unmap(const Vcpu& vcpu, Ipa ipa, u64 bytes) {
    if (!vcpu.vm->stage2.unmap(ipa, bytes)) return false;
    note_rights_taken(*vcpu.vm);
    using Event = trace::payload::stage2_unmap;
    trace::event_made<trace::At::kernel, Event>([&]() WS_INLINE_LAMBDA { return Event{ipa.value, bytes, vcpu.owner}; });
    return true;
}

bool is_whole_pages(const Vm& vm, Ipa ipa, u64 bytes) {
    return bytes != 0 && bytes <= kMostAtOnce && ipa.value % kPage == 0 && bytes % kPage == 0 &&
           vm.is_memory(ipa, bytes);
}

}  // namespace

void open_guest_memory(Vm& vm) {
    vm.memory = take_uncleared_memory(vm.memory_bytes, kBlock).start;
    const u64 blocks = (vm.memory_bytes + kBlock - 1) / kBlock;
    vm.given.open(
        reinterpret_cast<u64*>(take_memory(whole_pages(GivenBlocks::bytes_for(blocks)), kPageBytes).start.value));
}

void give_out_memory(Vm& vm, Ipa ipa, u64 bytes) {
    for_each_block(ipa, bytes, [&](u64 block, Ipa, u64) {
        if (vm.given.has(block)) return;
        Locked locked(vm.memory_lock);
        give_out_block(vm, block);
    });
}

u8* guest_memory(Vm& vm, Ipa ipa, u64 bytes) {
    if (!vm.is_memory(ipa, bytes)) return nullptr;
    give_out_memory(vm, ipa, bytes);
    return address_of(vm, ipa);
}

Touch touch_memory(Vcpu& vcpu, Ipa ipa, Stage2::Rights wanted) {
    Vm& vm = *vcpu.vm;
    Locked locked(vm.memory_lock);
    const Stage2::Translation now = vm.stage2.lookup(ipa);
    if (!now.mapped) return map_around(vcpu, ipa, now.bytes) ? Touch::mapped : Touch::out_of_tables;
    // Mapped meanwhile by another vCPU, or what the fault was about has changed: the guest tries again.
    return allows(now.rights, wanted) ? Touch::allowed : Touch::protected_memory;
}

bool may_read(Vm& vm, Ipa ipa) {
    Locked locked(vm.memory_lock);
    const Stage2::Translation now = vm.stage2.lookup(ipa);
    return !now.mapped || now.rights.read;
}

bool release_memory(Vcpu& vcpu, Ipa ipa, u64 bytes) {
    Vm& vm = *vcpu.vm;
    if (!is_whole_pages(vm, ipa, bytes)) return false;
    Locked locked(vm.memory_lock);
    if (!unmap(vcpu, ipa, bytes)) return false;
    for_each_block(ipa, bytes, [&](u64 block, Ipa at, u64 part) {
        if (!vm.given.has(block)) return;  // it will be cleared when it is
        hw::zero_memory(address_of(vm, at), part);
        clean(vm, at, part);
    });
    return true;
}

bool protect_memory(Vcpu& vcpu, Ipa ipa, u64 bytes, Stage2::Rights rights) {
    Vm& vm = *vcpu.vm;
    if (!is_whole_pages(vm, ipa, bytes)) return false;
    Locked locked(vm.memory_lock);
    // What is not there yet is mapped first: the rights are kept in the tables and nowhere else.
    for (u64 offset = 0; offset < bytes;) {
        const Stage2::Translation now = vm.stage2.lookup(ipa + offset);
        if (!now.mapped && !map_around(vcpu, ipa + offset, now.bytes)) return false;
        offset += kPage;
    }
    note_rights_taken(vm);
    return vm.stage2.protect(ipa, bytes, rights);
}

void forget_protection(Vm& vm) {
    Locked locked(vm.memory_lock);
    // It cannot fail: no block has to be broken up.
    require(unmap(vm.vcpus[0], Vm::kMemoryStart, vm.memory_bytes), "stage 2 does not let go of a VM's memory");
}

void stage2_barrier() { hw::dsb_ishst(); }

void invalidate_stage2(const Stage2& stage2, Ipa ipa, u64 bytes) {
    if (stage2.vmid.generation == 0) return;  // it never ran
    const u64 vttbr = stage2.vttbr(stage2.vmid.vmid);
    constexpr u64 kFewPages = 16;
    if (bytes > kFewPages * kPage) {
        ThisDesign::maintain_tlbs({trace::TlbScope::vmid, vttbr, Ipa(0)});
        return;
    }
    for (u64 offset = 0; offset < bytes; offset += kPage) {
        ThisDesign::maintain_tlbs({trace::TlbScope::page, vttbr, ipa + offset});
    }
}

}  // namespace ws
